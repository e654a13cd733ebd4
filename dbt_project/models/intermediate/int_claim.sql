-- One row per live voucher, counterparty and economic code: what the voucher claims for them.
{{ config(tags=['fact']) }}
with entries as (
    select * from {{ ref('int_voucher_entry') }}
),

final as (
    select
        voucher_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        fund_tra_obj_name,
        dep_bgt_eco_code,
        sum(amt) as amount,
        event_date,
        posting_date
    from entries
    where
        is_live
        and is_expense
        and fund_tra_obj_name is not null
        and dep_bgt_eco_code is not null
    group by
        voucher_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        fund_tra_obj_name,
        dep_bgt_eco_code,
        event_date,
        posting_date
)

select * from final
