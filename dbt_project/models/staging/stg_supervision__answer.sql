-- One row per accepted answer of a body on an alert, with the version of the rule it is about.
{{ config(materialized='view') }}
with answers as (
    select
        event_id,
        alert_id,
        event,
        to_state,
        detail,
        business_date
    from {{ source('ops', 'alert_event') }}
    where actor = 'body'
),

samples as (
    select event_id, alert_id, business_date
    from {{ source('ops', 'alert_event') }}
    where event = 'sampled'
),

alerts as (
    select
        alert_id,
        hit_id,
        rule_id,
        rule_version,
        subject_type,
        subject_id,
        unit_id,
        amount
    from {{ source('ops', 'alert') }}
),

openings as (
    select
        alert_id,
        rule_version,
        unit_id,
        amount,
        opened_on
    from {{ source('ops', 'alert_opening') }}
),

final as (
    select
        answers.event_id,
        answers.alert_id,
        alerts.hit_id,
        alerts.rule_id,
        coalesce(opening.rule_version, alerts.rule_version) as rule_version,
        alerts.subject_type,
        alerts.subject_id,
        coalesce(opening.unit_id, alerts.unit_id) as unit_id,
        answers.event,
        answers.to_state,
        answers.detail ->> 'reason' as reason,
        answers.detail ->> 'action' as action,
        coalesce(opening.amount, alerts.amount) as amount,
        cast(answers.detail ->> 'amount_recovered' as numeric(18, 2)) as amount_recovered,
        sampled.alert_id is not null as is_sample,
        answers.business_date as answered_on
    from answers
    inner join alerts on answers.alert_id = alerts.alert_id
    left join lateral (
        select
            openings.rule_version,
            openings.unit_id,
            openings.amount,
            openings.opened_on
        from openings
        where
            openings.alert_id = answers.alert_id
            and openings.opened_on <= answers.business_date
        order by openings.opened_on desc
        limit 1
    ) as opening on true
    left join lateral (
        select samples.alert_id
        from samples
        where
            samples.alert_id = answers.alert_id
            and samples.business_date <= answers.business_date
            and (opening.opened_on is null or samples.business_date >= opening.opened_on)
        order by samples.event_id
        limit 1
    ) as sampled on true
)

select * from final
