-- One row per account set, agency, year and first two digits: how many amounts begin with them.
{{ config(tags=['fact']) }}
with entries as not materialized (
    select
        acct_set_code,
        fiscal_year,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
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
        acct_set_code,
        fiscal_year,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        first_digits,
        count(*) as entry_count
    from entries
    group by
        acct_set_code, fiscal_year, unit_id, finance_agency_code, treasury_agency_code, first_digits
)

select * from final
