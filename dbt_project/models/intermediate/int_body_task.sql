-- One row per time in which a body had an alert, or a sample, in a role. A view: alerts change
-- between two evaluations.
{{ config(materialized='fresh_view') }}
with routes as (
    select * from {{ source('ops', 'alert_route') }}
),

samples as (
    select * from {{ source('ops', 'alert_sample') }}
),

escalations as (
    select distinct alert_id, business_date
    from {{ source('ops', 'alert_tier_step') }}
    where reason_code = 'overdue'
),

final as (
    select
        routes.alert_id,
        routes.role,
        routes.body_code,
        routes.body_name,
        routes.assigned_on,
        routes.ended_on,
        samples.alert_id is not null as is_sample,
        routes.role = 'dispose' and escalations.alert_id is not null as is_taken_away
    from routes
    left join samples
        on
            routes.alert_id = samples.alert_id
            and routes.role = 'verify'
            and routes.assigned_on >= samples.drawn_on
            and (samples.ended_on is null or routes.assigned_on < samples.ended_on)
    left join escalations
        on
            routes.alert_id = escalations.alert_id
            and routes.ended_on = escalations.business_date
)

select * from final
