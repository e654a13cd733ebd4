-- Alerts as they stand, with the class of matter their rule is about and the bodies that have them.
{{ config(materialized='fresh_view') }}
with alerts as (
    -- Column by column: a view of all of them would keep a migration from dropping any.
    select
        alert_id,
        rule_id,
        unit_id,
        occurred_on,
        opened_on,
        amount,
        tier,
        state
    from {{ source('ops', 'alert') }}
),

routes as (
    select
        alert_id,
        role,
        body_code,
        body_name
    from {{ source('ops', 'alert_route') }}
    where ended_on is null
),

classes as (
    select * from {{ ref('rule_matter_class') }}
),

bodies as (
    select
        alert_id,
        max(case when role = 'dispose' then body_code end) as disposing_body_code,
        max(case when role = 'dispose' then body_name end) as disposing_body_name,
        max(case when role = 'verify' then body_code end) as verifying_body_code,
        max(case when role = 'verify' then body_name end) as verifying_body_name
    from routes
    group by alert_id
),

final as (
    select
        alerts.alert_id,
        alerts.rule_id,
        classes.matter_class,
        alerts.unit_id,
        coalesce(alerts.occurred_on, alerts.opened_on) as occurred_on,
        alerts.amount,
        alerts.tier,
        alerts.state,
        bodies.disposing_body_code,
        bodies.disposing_body_name,
        bodies.verifying_body_code,
        bodies.verifying_body_name
    from alerts
    inner join classes on alerts.rule_id = classes.rule_id
    left join bodies on alerts.alert_id = bodies.alert_id
    where
        alerts.unit_id is not null
        and alerts.state != 'auto_resolved'
)

select * from final
