-- One row per open alert as of the latest issued date, with what became of its deadline. A view:
-- alerts change between two evaluations.
{{ config(materialized='fresh_view') }}
with alerts as (
    select * from {{ source('ops', 'alert') }} where resolved_on is null
),

days as (
    select max(business_date) as as_of from {{ source('ops', 'alert_day') }}
),

events as (
    select
        events.alert_id,
        max(case when events.event = 'reminded' then events.business_date end) as reminded_on,
        max(case when events.event = 'escalated' then events.business_date end) as escalated_on,
        min(
            case
                when
                    events.actor not in ('machine', 'channel')
                    and events.to_state in (
                        'confirmed', 'partly', 'not_confirmed', 'rectifying', 'closed',
                        'transferred_as_lead'
                    )
                    then events.business_date
            end
        ) as answered_on
    from {{ source('ops', 'alert_event') }} as events
    inner join alerts
        on
            events.alert_id = alerts.alert_id
            and events.business_date >= alerts.opened_on
    group by events.alert_id
),

bodies as (
    select
        alert_id,
        max(case when role = 'dispose' then body_code end) as dispose_body_code,
        max(case when role = 'verify' then body_code end) as verify_body_code
    from {{ source('ops', 'alert_route') }}
    where ended_on is null
    group by alert_id
),

recurrences as (
    select * from {{ source('ops', 'alert_recurrence') }}
),

final as (
    select
        days.as_of,
        alerts.alert_id,
        alerts.rule_id,
        alerts.unit_id,
        alerts.unit_name,
        alerts.tier,
        alerts.state,
        bodies.dispose_body_code,
        bodies.verify_body_code,
        alerts.opened_on,
        alerts.due_on,
        events.reminded_on,
        events.escalated_on,
        events.answered_on,
        recurrences.case_id
    from alerts
    cross join days
    left join events on alerts.alert_id = events.alert_id
    left join bodies on alerts.alert_id = bodies.alert_id
    left join recurrences
        on
            alerts.alert_id = recurrences.alert_id
            and alerts.opened_on = recurrences.opened_on
)

select * from final
