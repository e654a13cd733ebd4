-- Every day of the years the official calendar covers: worked or not, and why.
{{ config(materialized='view') }}
with exceptions as (
    select * from {{ ref('official_calendar') }}
),

days as (
    select cast(day as date) as calendar_date
    from
        generate_series(
            (select date_trunc('year', min(date)) from exceptions),
            (select date_trunc('year', max(date)) + interval '1 year - 1 day' from exceptions),
            interval '1 day'
        ) as day
),

final as (
    select
        days.calendar_date,
        coalesce(
            exceptions.kind = 'workday', extract(isodow from days.calendar_date) < 6
        ) as is_workday,
        case
            when exceptions.kind = 'workday' then 'swapped_workday'
            when exceptions.kind = 'off' then 'holiday'
            when extract(isodow from days.calendar_date) < 6 then 'workday'
            else 'weekend'
        end as day_kind,
        exceptions.name as holiday_name
    from days
    left join exceptions on days.calendar_date = exceptions.date
)

select * from final
