-- One row per live voucher and first two digits: how many of its financial debits begin with them.
{{ config(tags=['fact']) }}
with entries as (
    select
        *,
        cast(left(cast(cast(abs(amt) * 100 as bigint) as text), 2) as integer) as first_digits
    from {{ ref('int_voucher_entry') }}
    where
        is_live
        and is_debit
        and {{ begins_with('gov_acct_cls_code', ['1', '2', '3', '4', '5']) }}
        and abs(amt) >= 0.10
),

final as (
    select
        voucher_id,
        acct_set_code,
        fiscal_year,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        voucher_date,
        first_digits,
        cast(count(*) as integer) as entry_count
    from entries
    group by
        voucher_id,
        acct_set_code,
        fiscal_year,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        voucher_date,
        first_digits
)

select * from final
