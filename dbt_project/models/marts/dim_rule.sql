-- One row per rule: its meta, its status on the business date, the amount that raises its tier.
{{ config(tags=['register']) }}
with steps as (
    select seed.rule_id, seed.value
    from {{ ref('rule_parameters') }} as seed
    where seed.parameter = 'amount_step' and {{ in_force('seed') }}
),

rules as (
    select * from {{ ref('rule_meta') }}
),

final as (
    select rules.*, steps.value as amount_step
    from rules
    left join steps on rules.rule_id = steps.rule_id
)

select * from final
