-- One row per account set, year and first two digits: how many amounts begin with them.
{{ config(materialized='fresh_view') }}
with digits as not materialized (
    select * from {{ ref('int_first_digit') }}
),

final as (
    select
        acct_set_code,
        fiscal_year,
        first_digits,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        sum(entry_count) as entry_count,
        max(voucher_date) as last_voucher_date
    from digits
    group by acct_set_code, fiscal_year, first_digits
)

select * from final
