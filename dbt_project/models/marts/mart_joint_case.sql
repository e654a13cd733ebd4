-- One row per joint case: who found what, who leads, what is concluded already.
{{ config(materialized='view') }}
with members as (
    select * from {{ ref('int_joint_member') }}
),

parts as (
    select * from {{ ref('mart_joint_case_body') }}
),

classes as (
    select * from {{ ref('matter_class') }}
),

cases as (
    select
        case_id,
        unit_id,
        unit_name,
        matter_class,
        period_from,
        period_to,
        count(case when member_kind = 'finding' then 1 end) as finding_count,
        count(case when member_kind = 'alert' then 1 end) as alert_count,
        sum(case when member_kind = 'finding' then amount end) as finding_amount,
        sum(case when member_kind = 'alert' then amount end) as alert_amount
    from members
    group by case_id, unit_id, unit_name, matter_class, period_from, period_to
),

bodies as (
    select
        case_id,
        max(case when role = 'lead' then department end) as lead_department,
        max(case when role = 'lead' then body_code end) as lead_body_code,
        max(case when role = 'lead' then body_name end) as lead_body_name,
        string_agg(case when role = 'co' then body_name end, '、' order by body_name) as co_bodies,
        max(conclusion) as conclusion,
        max(concluded_by) as concluded_by,
        max(concluded_on) as concluded_on
    from parts
    group by case_id
),

final as (
    select
        cases.case_id,
        cases.unit_id,
        cases.unit_name,
        cases.matter_class,
        classes.name_zh as matter_name,
        cases.period_from,
        cases.period_to,
        cases.finding_count,
        cases.alert_count,
        cast(cases.finding_amount as numeric(18, 2)) as finding_amount,
        cast(cases.alert_amount as numeric(18, 2)) as alert_amount,
        bodies.lead_department,
        bodies.lead_body_code,
        bodies.lead_body_name,
        bodies.co_bodies,
        bodies.concluded_by is not null as is_concluded,
        bodies.conclusion,
        bodies.concluded_by,
        bodies.concluded_on
    from cases
    left join bodies on cases.case_id = bodies.case_id
    left join classes on cases.matter_class = classes.matter_class
)

select * from final
