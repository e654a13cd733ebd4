-- Joint cases as of the business date, one row per case and body that takes part: what that body
-- sees of it. When alerts are issued, it is kept from when until when it was so.
--
-- A body is never part of a case about itself; the commission leads where the lead would be. One
-- that answers for several departments has one part, in the name of the first that has one.
{{ config(materialized='fresh_view') }}
with members as (
    select * from {{ ref('int_joint_member') }}
),

responsible as (
    select * from {{ ref('int_matter_body') }}
),

classes as (
    select * from {{ ref('matter_class') }}
),

cases as (
    select
        case_id,
        unit_id,
        unit_name,
        own_body_code,
        matter_class,
        period_from,
        period_to,
        count(case when member_kind = 'finding' then 1 end) as finding_count,
        count(case when member_kind = 'alert' then 1 end) as alert_count,
        sum(case when member_kind = 'finding' then amount end) as finding_amount,
        sum(case when member_kind = 'alert' then amount end) as alert_amount
    from members
    group by
        case_id, unit_id, unit_name, own_body_code, matter_class, period_from, period_to
),

found_by as (
    select
        case_id,
        department,
        string_agg(member_id, '、' order by member_id) as own_findings
    from members
    where member_kind = 'finding'
    group by case_id, department
),

-- Of several conclusions the latest counts; a verdict on an alert is one if there is no other.
conclusions as (
    select
        members.case_id,
        members.department,
        members.conclusion,
        members.concluded_on,
        members.document_no,
        row_number() over (
            partition by members.case_id
            order by
                case when members.member_kind = 'finding' then 0 else 1 end,
                members.concluded_on desc,
                members.member_id
        ) as place
    from members
    where members.conclusion is not null
),

taking_part as (
    select
        cases.case_id,
        responsible.department,
        responsible.department_name,
        responsible.role,
        responsible.body_code,
        responsible.body_name,
        found_by.own_findings,
        responsible.body_code is not null
        and (
            responsible.body_code = coalesce(cases.own_body_code, '')
            or {{ normalised_name('responsible.body_name') }}
            = {{ normalised_name('cases.unit_name') }}
        ) as is_recused
    from cases
    inner join responsible on cases.matter_class = responsible.matter_class
    left join found_by
        on
            cases.case_id = found_by.case_id
            and responsible.department = found_by.department
),

ranked as (
    select
        *,
        row_number() over (
            partition by case_id
            order by
                case
                    when is_recused then 3
                    when role = 'lead' then 0
                    when department = 'discipline' then 1
                    else 2
                end,
                department
        ) as place
    from taking_part
),

departments as (
    select
        case_id,
        department,
        department_name,
        case when place = 1 then 'lead' else 'co' end as role,
        body_code,
        body_name,
        own_findings
    from ranked
    where
        not is_recused
        and (place = 1 or role = 'co' or own_findings is not null)
),

answered_for as (
    select
        *,
        row_number() over (
            partition by case_id, coalesce(body_code, department) order by role desc, department
        ) as place_in_body,
        string_agg(own_findings, '、') over (
            partition by case_id, coalesce(body_code, department)
            order by department
            rows between unbounded preceding and unbounded following
        ) as findings_of_body
    from departments
),

-- Bodies that have an alert of the case, but for the unit's own and those that take part anyway.
holders as (
    select
        case_id,
        disposing_body_code as body_code,
        disposing_body_name as body_name,
        'dispose' as role,
        member_id
    from members
    where disposing_body_code is not null
    union all
    select
        case_id,
        verifying_body_code,
        verifying_body_name,
        'verify',
        member_id
    from members
    where verifying_body_code is not null
),

alert_bodies as (
    select
        holders.case_id,
        holders.body_code,
        min(holders.body_name) as body_name,
        min(holders.role) as role,
        string_agg(distinct holders.member_id, '、' order by holders.member_id) as own_alerts
    from holders
    inner join cases on holders.case_id = cases.case_id
    where
        holders.body_code != coalesce(cases.own_body_code, '')
        and {{ normalised_name('holders.body_name') }} != {{ normalised_name('cases.unit_name') }}
    group by holders.case_id, holders.body_code
),

parts as (
    select
        answered_for.case_id,
        answered_for.department,
        answered_for.department_name,
        answered_for.role,
        answered_for.body_code,
        answered_for.body_name,
        answered_for.findings_of_body as own_findings,
        alert_bodies.own_alerts
    from answered_for
    left join alert_bodies
        on
            answered_for.case_id = alert_bodies.case_id
            and answered_for.body_code = alert_bodies.body_code
    where answered_for.place_in_body = 1
    union all
    select
        alert_bodies.case_id,
        'discipline',
        '纪检监察',
        alert_bodies.role,
        alert_bodies.body_code,
        alert_bodies.body_name,
        null,
        alert_bodies.own_alerts
    from alert_bodies
    where
        not exists (
            select 1
            from departments
            where
                alert_bodies.case_id = departments.case_id
                and alert_bodies.body_code = departments.body_code
        )
),

final as (
    select
        parts.case_id,
        parts.body_code,
        coalesce(parts.body_name, parts.department_name) as body_name,
        parts.department,
        parts.role,
        cases.unit_id,
        cases.unit_name,
        cases.matter_class,
        classes.name_zh as matter_name,
        cases.period_from,
        cases.period_to,
        cases.finding_count,
        cases.alert_count,
        cases.finding_amount,
        cases.alert_amount,
        parts.own_findings,
        parts.own_alerts,
        parts.role = 'lead' and conclusions.case_id is null as is_asked,
        conclusions.department is not null
        and conclusions.department != parts.department
        and concluders.body_code is null as is_conclusion_reusable,
        conclusions.conclusion,
        conclusions.department as concluded_by,
        conclusions.concluded_on,
        conclusions.document_no
    from parts
    inner join cases on parts.case_id = cases.case_id
    left join classes on cases.matter_class = classes.matter_class
    left join conclusions on parts.case_id = conclusions.case_id and conclusions.place = 1
    left join departments as concluders
        on
            conclusions.case_id = concluders.case_id
            and conclusions.department = concluders.department
            and parts.body_code = concluders.body_code
)

select * from final
