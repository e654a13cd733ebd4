-- Alerts as of the business date, with the class of matter their rule is about, the last word of a
-- body on them and the bodies that have them. When a date is issued, what the machine did later has
-- been taken back; what bodies said later has not.
--
-- The state is what other departments may be told. It is a word of who verifies: who only disposes
-- of an alert may be the unit itself. That an alert was handed over as a lead is none of it: the
-- alert stays and reads as before.
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
        events.event_id,
        coalesce(events.detail ->> 'role' = 'verify', false)
        and events.to_state != 'transferred_as_lead' as is_told
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

ranked as (
    select
        *,
        row_number() over (
            partition by alert_id order by said_on desc, event_id desc
        ) as recency,
        row_number() over (
            partition by alert_id, is_told order by said_on desc, event_id desc
        ) as recency_of_kind
    from words
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
        told.to_state as state,
        told.said_on,
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
    left join ranked as last_words
        on
            alerts.alert_id = last_words.alert_id
            and last_words.recency = 1
    left join ranked as told
        on
            alerts.alert_id = told.alert_id
            and told.is_told
            and told.recency_of_kind = 1
    left join bodies on alerts.alert_id = bodies.alert_id
    where
        openings.unit_id is not null
        and (
            openings.resolved_on is null
            or last_words.to_state in ('closed', 'transferred_as_lead', 'not_confirmed')
        )
)

select * from final
