-- One row per agency and quarter of the books: its vouchers, and what they received guests for.
{{ config(tags=['fact']) }}
with vouchers as (
    select *, {{ quarter_no() }} as quarter_no from {{ ref('int_voucher') }}
),

final as (
    select
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        quarter_no,
        count(*) as voucher_count,
        count(case when is_live and has_reception_expense then 1 end) as reception_count,
        cast(
            coalesce(sum(case when is_live and has_reception_expense then reception_amount end), 0)
            as numeric(18, 2)
        ) as reception_amount
    from vouchers
    group by unit_id, finance_agency_code, treasury_agency_code, quarter_no
)

select * from final
