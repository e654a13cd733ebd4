-- One row per rule and time in which a version of it had one status.
{{ config(materialized='view') }}
with entries as (
    select * from {{ ref('rule_status') }}
),

final as (
    select
        rule_id,
        version as rule_version,
        status,
        status in ('trial', 'fixed') as is_pushed,
        valid_from,
        lead(valid_from) over (partition by rule_id order by valid_from) as valid_to,
        made_by,
        approved_by,
        reason
    from entries
)

select * from final
