-- One row per alert: what it is about, who has it, what came of it.
{{ config(materialized='view') }}
with alerts as (
    select * from {{ ref('int_alert') }}
),

events as (
    select events.*
    from {{ ref('int_alert_event') }} as events
    inner join alerts
        on
            events.alert_id = alerts.alert_id
            and events.business_date >= alerts.opened_on
    where events.implied_by is null
),

verdicts as (
    select
        *,
        row_number() over (partition by alert_id order by place desc) as from_last
    from events
    where event = 'verdict'
),

answers as (
    select
        alert_id,
        min(case when event = 'delivered' then business_date end) as delivered_on,
        min(case when body_code is not null then business_date end) as answered_on,
        max(case when event in ('closed', 'transferred') then business_date end) as settled_on
    from events
    group by alert_id
),

recoveries as (
    select
        alert_id,
        amount_recovered,
        row_number() over (partition by alert_id order by place desc) as from_last
    from events
    where amount_recovered is not null
),

final as (
    select
        alerts.*,
        alerts.resolved_on is null as is_open,
        answers.delivered_on,
        answers.answered_on,
        verdicts.to_state as verdict,
        verdicts.reason as verdict_reason,
        verdicts.business_date as verdict_on,
        verdicts.body_code as verdict_body_code,
        recoveries.amount_recovered,
        answers.settled_on
    from alerts
    left join answers on alerts.alert_id = answers.alert_id
    left join verdicts
        on
            alerts.alert_id = verdicts.alert_id
            and verdicts.from_last = 1
    left join recoveries
        on
            alerts.alert_id = recoveries.alert_id
            and recoveries.from_last = 1
)

select * from final
