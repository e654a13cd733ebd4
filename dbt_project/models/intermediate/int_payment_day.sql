-- One row per paying agency and day: what it paid.
{{ config(tags=['fact']) }}
with payments as (
    select * from {{ ref('int_payment') }} where is_live
),

final as (
    select
        treasury_agency_code,
        unit_id,
        finance_agency_code,
        pay_date,
        count(*) as payment_count,
        cast(sum(amount) as numeric(18, 2)) as amount
    from payments
    group by treasury_agency_code, unit_id, finance_agency_code, pay_date
)

select * from final
