-- One row per alert with the body that disposes of it and the one that verifies it. A view: alerts
-- change between two evaluations.
{{ config(materialized='fresh_view') }}
with alerts as (
    select * from {{ source('ops', 'alert') }}
),

routes as (
    select
        *,
        row_number() over (
            partition by alert_id, role
            order by case when ended_on is null then 0 else 1 end, ended_on desc, assigned_on desc
        ) as place
    from {{ source('ops', 'alert_route') }}
),

bodies as (
    select
        alert_id,
        max(case when role = 'dispose' then body_code end) as dispose_body_code,
        max(case when role = 'dispose' then body_name end) as dispose_body_name,
        max(case when role = 'verify' then body_code end) as verify_body_code,
        max(case when role = 'verify' then body_name end) as verify_body_name
    from routes
    where place = 1
    group by alert_id
),

final as (
    select
        alerts.alert_id,
        alerts.hit_id,
        alerts.rule_id,
        alerts.rule_version,
        alerts.subject_type,
        alerts.subject_id,
        alerts.unit_id,
        alerts.unit_name,
        alerts.finance_agency_code,
        alerts.treasury_agency_code,
        alerts.base_tier,
        alerts.tier,
        alerts.state,
        alerts.amount,
        alerts.occurred_on,
        alerts.opened_on,
        alerts.due_on,
        alerts.resolved_on,
        bodies.dispose_body_code,
        bodies.dispose_body_name,
        bodies.verify_body_code,
        bodies.verify_body_name
    from alerts
    left join bodies on alerts.alert_id = bodies.alert_id
)

select * from final
