-- One row per budget line paid from: an agency's payments of a business year for an economic code.
{{ config(tags=['fact']) }}
with payments as (
    select * from {{ ref('int_payment') }} where is_live and dep_exp_eco_code is not null
),

final as (
    select
        treasury_agency_code,
        dep_exp_eco_code,
        st_year,
        unit_id,
        finance_agency_code,
        count(*) as payment_count,
        cast(sum(amount) as numeric(18, 2)) as amount
    from payments
    group by treasury_agency_code, dep_exp_eco_code, st_year, unit_id, finance_agency_code
)

select * from final
