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
        '自动降级：截至 ' || decided_on || ' 的 ' || verdicts || ' 条核实结论中 ' || supported
        || ' 条属实或部分属实，低于下限 ' || precision_floor as reason
    from demotions
)

select * from final
