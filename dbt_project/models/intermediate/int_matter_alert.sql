-- Alerts as of the business date, with the class of matter their rule is about, the last word of a
-- body on them and the bodies that have them. When a date is issued, what the machine did later has
-- been taken back; what bodies said later has not.
{{ config(materialized='fresh_view') }}
with alerts as (
    select alert_id, rule_id from {{ source('ops', 'alert') }}
),

openings as (
    select
        alert_id,
        unit_id,
        amount,
        occurred_on,
        opened_on,
        resolved_on,
        row_number() over (partition by alert_id order by opened_on desc) as recency
    from {{ source('ops', 'alert_opening') }}
),

words as (
    select
        events.alert_id,
        events.to_state,
        events.business_date as said_on,
        row_number() over (
            partition by events.alert_id order by events.business_date desc, events.event_id desc
        ) as recency
    from {{ source('ops', 'alert_event') }} as events
    inner join openings
        on
            events.alert_id = openings.alert_id
            and openings.recency = 1
            and events.business_date between openings.opened_on and {{ business_date() }}
    where
        events.actor = 'body'
        and events.to_state is not null
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
        openings.unit_id,
        coalesce(openings.occurred_on, openings.opened_on) as occurred_on,
        openings.amount,
        words.to_state as state,
        words.said_on,
        bodies.disposing_body_code,
        bodies.disposing_body_name,
        bodies.verifying_body_code,
        bodies.verifying_body_name
    from alerts
    inner join classes on alerts.rule_id = classes.rule_id
    inner join openings
        on
            alerts.alert_id = openings.alert_id
            and openings.recency = 1
    left join words
        on
            alerts.alert_id = words.alert_id
            and words.recency = 1
    left join bodies on alerts.alert_id = bodies.alert_id
    where
        openings.unit_id is not null
        and (
            openings.resolved_on is null
            or words.to_state in ('closed', 'transferred_as_lead', 'not_confirmed')
        )
)

select * from final
