-- One row per live voucher and economic code of its expense entries.
{{ config(tags=['fact']) }}
with entries as (
    select * from {{ ref('int_voucher_entry') }}
),

final as (
    select
        voucher_id,
        unit_id,
        finance_agency_code,
        fiscal_year,
        acct_period,
        dep_bgt_eco_code,
        cast(sum(amt) as numeric(18, 2)) as amount,
        max(voucher_date) as voucher_date,
        max(posting_date) as posting_date
    from entries
    where is_live and is_expense and dep_bgt_eco_code is not null
    group by
        voucher_id, unit_id, finance_agency_code, fiscal_year, acct_period, dep_bgt_eco_code
)

select * from final
