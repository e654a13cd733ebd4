-- What each agency paid in each half of a month: up to the 15th, and from the 16th on.
{{ config(materialized='fresh_view') }}
with days as (
    select
        treasury_agency_code,
        unit_id,
        finance_agency_code,
        cast(extract(year from pay_date) as integer) as pay_year,
        cast(extract(month from pay_date) as integer) as pay_month,
        case when extract(day from pay_date) <= 15 then 1 else 2 end as half,
        payment_count,
        amount,
        pay_date
    from {{ ref('int_payment_day') }}
),

final as (
    select
        treasury_agency_code,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        pay_year,
        pay_month,
        half,
        sum(payment_count) as payment_count,
        sum(amount) as amount,
        max(pay_date) as last_pay_date
    from days
    group by treasury_agency_code, pay_year, pay_month, half
)

select * from final
