-- One row per joint case: who found what, who leads, what is concluded already.
{{ config(materialized='view') }}
with parts as (
    select * from {{ ref('int_joint_told') }}
),

bodies as (
    select
        case_id,
        max(case when role = 'lead' then department end) as lead_department,
        max(case when role = 'lead' then body_code end) as lead_body_code,
        max(case when role = 'lead' then body_name end) as lead_body_name,
        string_agg(case when role = 'co' then body_name end, '、' order by body_name) as co_bodies
    from parts
    group by case_id
),

-- What is said of the case is the same in each of its parts.
cases as (
    select
        *,
        row_number() over (partition by case_id order by department, body_code) as place
    from parts
),

final as (
    select
        cases.case_id,
        cases.unit_id,
        cases.unit_name,
        cases.matter_class,
        cases.matter_name,
        cases.period_from,
        cases.period_to,
        cases.finding_count,
        cases.alert_count,
        cases.finding_amount,
        cases.alert_amount,
        bodies.lead_department,
        bodies.lead_body_code,
        bodies.lead_body_name,
        bodies.co_bodies,
        cases.concluded_by is not null as is_concluded,
        cases.conclusion,
        cases.concluded_by,
        cases.concluded_on
    from cases
    inner join bodies on cases.case_id = bodies.case_id
    where cases.place = 1
)

select * from final
