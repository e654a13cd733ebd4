-- What each agency paid in each half of a month: up to the 15th, and from the 16th on.
{{ config(tags=['fact']) }}
with payments as (
    select
        treasury_agency_code,
        unit_id,
        finance_agency_code,
        cast(extract(year from pay_date) as integer) as pay_year,
        cast(extract(month from pay_date) as integer) as pay_month,
        case when extract(day from pay_date) <= 15 then 1 else 2 end as half,
        amount
    from {{ ref('int_payment') }}
    where is_live
),

final as (
    select
        treasury_agency_code,
        unit_id,
        finance_agency_code,
        pay_year,
        pay_month,
        half,
        count(*) as payment_count,
        cast(sum(amount) as numeric(18, 2)) as amount
    from payments
    group by treasury_agency_code, unit_id, finance_agency_code, pay_year, pay_month, half
)

select * from final
