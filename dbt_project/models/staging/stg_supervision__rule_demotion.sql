-- One row per demotion of a rule that verdicts brought about.
{{ config(materialized='view') }}
with demotions as (
    select
        rule_id,
        rule_version,
        to_status,
        valid_from,
        reviewed_from,
        decided_on,
        verdicts,
        supported,
        precision_floor
    from {{ source('ops', 'rule_demotion') }}
),

final as (
    select
        rule_id,
        rule_version,
        to_status as status,
        valid_from,
        reviewed_from,
        'by itself: ' || supported || ' of ' || verdicts || ' verdicts up to ' || decided_on
        || ' confirmed, floor ' || precision_floor as reason
    from demotions
)

select * from final
