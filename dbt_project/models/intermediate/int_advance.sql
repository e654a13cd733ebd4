-- One row per live voucher, advance account and counterparty: by how much the voucher moves what is
-- outstanding.
{{ config(tags=['fact']) }}
with entries as (
    select * from {{ ref('int_voucher_entry') }}
),

final as (
    select
        voucher_id,
        acct_set_code,
        left(gov_acct_cls_code, 4) as account_code,
        fund_tra_obj_name,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        voucher_date,
        cast(sum(case when is_debit then amt else -amt end) as numeric(18, 2)) as change
    from entries
    where
        is_live
        and fund_tra_obj_name is not null
        and {{ begins_with('gov_acct_cls_code', ['1214', '1218']) }}
    group by
        voucher_id,
        acct_set_code,
        left(gov_acct_cls_code, 4),
        fund_tra_obj_name,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        voucher_date
)

select * from final
