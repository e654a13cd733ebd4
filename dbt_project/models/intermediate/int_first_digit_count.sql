-- One row per account set, agency, year and first two digits: how many amounts begin with them.
{{ config(tags=['fact']) }}
with digits as (
    select * from {{ ref('int_first_digit') }}
),

final as (
    select
        acct_set_code,
        fiscal_year,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        first_digits,
        cast(sum(entry_count) as bigint) as entry_count
    from digits
    group by
        acct_set_code, fiscal_year, unit_id, finance_agency_code, treasury_agency_code, first_digits
)

select * from final
