-- One row per month in which dates were issued. A view: dates are issued between two evaluations.
{{ config(materialized='fresh_view') }}
with days as (
    select business_date from {{ source('ops', 'alert_day') }}
),

final as (
    select
        cast(date_trunc('month', business_date) as date) as month_start,
        max(business_date) as as_of
    from days
    group by cast(date_trunc('month', business_date) as date)
)

select * from final
