-- Who leads in a class of matter and who helps, with the body of each department on the day.
{{ config(materialized='fresh_view') }}
with responsibilities as (
    select matter_class, department, role from {{ ref('matter_responsibility') }}
),

departments as (
    select * from {{ ref('joint_department') }}
),

bodies as (
    select body_code, body_name
    from {{ ref('stg_supervision__body') }}
    where
        {{ in_force_on_business_date() }}
        and body_kind in ('regulator', 'joint_department')
),

-- A word that two bodies bear names neither.
named as (
    select
        departments.department,
        departments.name_zh,
        case when count(bodies.body_code) = 1 then min(bodies.body_code) end as body_code,
        case when count(bodies.body_code) = 1 then min(bodies.body_name) end as body_name
    from departments
    left join bodies on {{ contains('bodies.body_name', 'departments.body_word') }}
    group by departments.department, departments.name_zh
),

-- A department that is named for no class may still find something in it.
classes as (
    select matter_class from {{ ref('matter_class') }}
),

final as (
    select
        classes.matter_class,
        named.department,
        named.name_zh as department_name,
        coalesce(responsibilities.role, 'none') as role,
        named.body_code,
        named.body_name
    from classes
    cross join named
    left join responsibilities
        on
            classes.matter_class = responsibilities.matter_class
            and named.department = responsibilities.department
)

select * from final
