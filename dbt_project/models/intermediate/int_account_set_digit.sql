-- One row per account set, year and first two digits: how many amounts begin with them.
{{ config(materialized='fresh_view') }}
with counts as (
    select * from {{ ref('int_first_digit_count') }}
),

years as (
    select distinct acct_set_code, fiscal_year from counts
),

-- Asked once per account set and year: an index answers it.
last_days as materialized (
    select
        years.acct_set_code,
        years.fiscal_year,
        (
            select max(vouchers.voucher_date)
            from {{ ref('int_voucher') }} as vouchers
            where
                vouchers.is_live
                and vouchers.acct_set_code = years.acct_set_code
                and vouchers.fiscal_year = years.fiscal_year
        ) as last_voucher_date
    from years
),

added as (
    select
        acct_set_code,
        fiscal_year,
        first_digits,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        sum(entry_count) as entry_count
    from counts
    group by acct_set_code, fiscal_year, first_digits
),

final as (
    select
        added.acct_set_code,
        added.fiscal_year,
        added.first_digits,
        added.unit_id,
        added.finance_agency_code,
        added.treasury_agency_code,
        added.entry_count,
        last_days.last_voucher_date
    from added
    inner join last_days
        on
            added.acct_set_code = last_days.acct_set_code
            and added.fiscal_year = last_days.fiscal_year
)

select * from final
