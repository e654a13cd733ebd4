-- One row per account set, year and first two digits: how many amounts begin with them.
{{ config(materialized='fresh_view') }}
with entries as (
    select *
    from {{ ref('int_voucher_entry') }}
    where
        is_live
        and is_debit
        and {{ begins_with('gov_acct_cls_code', ['1', '2', '3', '4', '5']) }}
        and abs(amt) >= 0.10
),

digits as (
    select
        acct_set_code,
        fiscal_year,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        voucher_date,
        cast(left(cast(cast(abs(amt) * 100 as bigint) as text), 2) as integer) as first_digits
    from entries
),

final as (
    select
        acct_set_code,
        fiscal_year,
        first_digits,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        count(*) as entry_count,
        max(voucher_date) as last_voucher_date
    from digits
    group by acct_set_code, fiscal_year, first_digits
)

select * from final
