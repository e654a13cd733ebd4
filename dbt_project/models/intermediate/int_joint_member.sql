-- Findings and alerts that are one joint case: one unit, one class of matter, periods that overlap.
--
-- The case is joint if two departments are in it; alerts are the commission's own.
{{ config(materialized='fresh_view') }}
with findings as (
    select * from {{ ref('int_joint_finding') }}
),

concerned as (
    select
        unit_id,
        matter_class,
        min(unit_name) as unit_name,
        max(own_body_code) as own_body_code
    from findings
    group by unit_id, matter_class
),

alerts as (
    select * from {{ ref('int_matter_alert') }}
),

members as (
    select
        unit_id,
        matter_class,
        'finding' as member_kind,
        finding_no as member_id,
        department,
        cast(null as text) as rule_id,
        finding,
        period_from as starts_on,
        period_to as ends_on,
        amount,
        conclusion,
        concluded_on,
        document_no,
        cast(null as text) as disposing_body_code,
        cast(null as text) as disposing_body_name,
        cast(null as text) as verifying_body_code,
        cast(null as text) as verifying_body_name
    from findings
    union all
    select
        alerts.unit_id,
        alerts.matter_class,
        'alert',
        alerts.alert_id,
        'discipline',
        alerts.rule_id,
        null,
        alerts.occurred_on,
        alerts.occurred_on,
        alerts.amount,
        case alerts.state
            when 'confirmed' then '属实'
            when 'partly' then '部分属实'
            when 'not_confirmed' then '不属实'
            when 'rectifying' then '属实，整改中'
            when 'closed' then '已办结'
        end,
        case
            when
                alerts.state in (
                    'confirmed',
                    'partly',
                    'not_confirmed',
                    'rectifying',
                    'closed'
                )
                then alerts.said_on
        end,
        null,
        alerts.disposing_body_code,
        alerts.disposing_body_name,
        alerts.verifying_body_code,
        alerts.verifying_body_name
    from alerts
    inner join concerned
        on
            alerts.unit_id = concerned.unit_id
            and alerts.matter_class = concerned.matter_class
),

reached as (
    select
        *,
        max(ends_on) over (
            partition by unit_id, matter_class
            order by starts_on, ends_on, member_kind, member_id
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from members
),

numbered as (
    select
        *,
        sum(case when reached_on >= starts_on then 0 else 1 end) over (
            partition by unit_id, matter_class
            order by starts_on, ends_on, member_kind, member_id
            rows between unbounded preceding and current row
        ) as place
    from reached
),

joint as (
    select
        unit_id,
        matter_class,
        place,
        min(starts_on) as period_from,
        max(ends_on) as period_to
    from numbered
    group by unit_id, matter_class, place
    having
        count(distinct department) > 1
        and max(case when member_kind = 'finding' then 1 else 0 end) = 1
),

final as (
    select
        {{ hash_id(['joint.unit_id', 'joint.matter_class', 'joint.period_from']) }} as case_id,
        joint.unit_id,
        concerned.unit_name,
        concerned.own_body_code,
        joint.matter_class,
        joint.period_from,
        joint.period_to,
        numbered.member_kind,
        numbered.member_id,
        numbered.department,
        numbered.rule_id,
        numbered.finding,
        numbered.starts_on,
        numbered.ends_on,
        numbered.amount,
        numbered.conclusion,
        numbered.concluded_on,
        numbered.document_no,
        numbered.disposing_body_code,
        numbered.disposing_body_name,
        numbered.verifying_body_code,
        numbered.verifying_body_name
    from joint
    inner join numbered
        on
            joint.unit_id = numbered.unit_id
            and joint.matter_class = numbered.matter_class
            and joint.place = numbered.place
    inner join concerned
        on
            joint.unit_id = concerned.unit_id
            and joint.matter_class = concerned.matter_class
)

select * from final
