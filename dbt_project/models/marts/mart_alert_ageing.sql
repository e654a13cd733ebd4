-- One row per open alert: how old it is and how long its body still has, in working days.
{{ config(materialized='view') }}
with alerts as (
    select * from {{ ref('int_open_alert') }}
),

special_days as (
    select * from {{ ref('official_calendar') }}
),

span as (
    select
        min(opened_on) as first_day,
        max(greatest(due_on, as_of)) as last_day
    from alerts
),

days as (
    select cast(day as date) as calendar_date
    from span
    cross join lateral generate_series(span.first_day, span.last_day, interval '1 day') as day
),

worked as (
    select
        days.calendar_date,
        case
            when {{ is_working_day('days.calendar_date', 'special_days') }} then 1
            else 0
        end as is_worked
    from days
    left join special_days on days.calendar_date = special_days.date
),

counted as (
    select
        calendar_date,
        cast(sum(is_worked) over (order by calendar_date) as integer) as workdays
    from worked
),

aged as (
    select
        alerts.*,
        today.workdays - opened.workdays as age_workdays,
        due.workdays - today.workdays as workdays_to_due
    from alerts
    inner join counted as today on alerts.as_of = today.calendar_date
    inner join counted as opened on alerts.opened_on = opened.calendar_date
    inner join counted as due on alerts.due_on = due.calendar_date
),

final as (
    select
        as_of,
        alert_id,
        rule_id,
        unit_id,
        unit_name,
        tier,
        state,
        dispose_body_code,
        verify_body_code,
        opened_on,
        due_on,
        age_workdays,
        workdays_to_due,
        reminded_on,
        escalated_on,
        answered_on,
        case_id,
        case
            when age_workdays <= 5 then '0-5'
            when age_workdays <= 10 then '6-10'
            when age_workdays <= 15 then '11-15'
            when age_workdays <= 30 then '16-30'
            else 'over 30'
        end as age_bucket,
        case
            when answered_on is not null then 'answered'
            when as_of > due_on then 'overdue'
            when workdays_to_due <= 2 then 'due soon'
            else 'in time'
        end as due_bucket
    from aged
)

select * from final
