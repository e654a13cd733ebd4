-- One row per verdict and per hand-over as a lead of a body, with the due date that held then. A
-- view: answers come between two evaluations.
{{ config(materialized='fresh_view') }}
with events as (
    select *
    from {{ source('ops', 'alert_event') }}
    where
        actor = 'body'
        and to_state in ('confirmed', 'partly', 'not_confirmed', 'transferred_as_lead')
),

openings as (
    select * from {{ source('ops', 'alert_opening') }}
),

steps as (
    select * from {{ source('ops', 'alert_tier_step') }}
),

samples as (
    select * from {{ source('ops', 'alert_sample') }}
),

placed as (
    select
        events.event_id,
        events.alert_id,
        events.body_code,
        events.business_date,
        events.to_state,
        samples.drawn_on is not null as is_sample,
        coalesce(samples.drawn_on, openings.opened_on) as opened_on,
        coalesce(samples.due_on, openings.due_on) as first_due_on,
        row_number() over (
            partition by events.event_id order by samples.drawn_on desc, openings.opened_on desc
        ) as recency
    from events
    left join samples
        on
            events.alert_id = samples.alert_id
            and events.business_date >= samples.drawn_on
            and (samples.ended_on is null or events.business_date <= samples.ended_on)
    left join openings
        on
            events.alert_id = openings.alert_id
            and events.business_date >= openings.opened_on
            and samples.drawn_on is null
),

raised as (
    select
        placed.event_id,
        steps.due_on,
        row_number() over (
            partition by placed.event_id
            order by
                case steps.to_tier when 'red' then 3 when 'orange' then 2 else 1 end desc,
                steps.business_date desc
        ) as recency
    from placed
    inner join steps
        on
            placed.alert_id = steps.alert_id
            and steps.business_date between placed.opened_on and placed.business_date
    where
        placed.recency = 1
        and not placed.is_sample
),

final as (
    select
        placed.alert_id,
        placed.opened_on,
        placed.body_code,
        placed.business_date,
        placed.to_state,
        placed.is_sample,
        coalesce(raised.due_on, placed.first_due_on) as due_on,
        row_number() over (
            partition by
                placed.alert_id,
                placed.opened_on,
                placed.body_code,
                placed.to_state = 'transferred_as_lead'
            order by placed.business_date, placed.event_id
        ) = 1 as is_first,
        row_number() over (
            partition by
                placed.alert_id,
                placed.opened_on,
                placed.body_code,
                placed.to_state = 'transferred_as_lead'
            order by placed.business_date desc, placed.event_id desc
        ) = 1 as is_last
    from placed
    left join raised
        on
            placed.event_id = raised.event_id
            and raised.recency = 1
    where placed.recency = 1
)

select * from final
