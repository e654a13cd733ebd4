-- One row per voucher whose number ends in digits, with the numbers missing right below its own.
{{ config(materialized='fresh_view') }}
with vouchers as (
    select * from {{ ref('int_voucher') }}
),

split as (
    select
        voucher_id,
        acct_set_code,
        fiscal_year,
        acct_period,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        rtrim(voucher_no, '0123456789') as series,
        substr(voucher_no, length(rtrim(voucher_no, '0123456789')) + 1) as digits,
        cast(
            cast(fiscal_year as text) || '-' || right('0' || cast(acct_period as text), 2)
            || '-01' as date
        ) as period_starts_on
    from vouchers
),

-- Reversals and reversed vouchers are there; longer numbers are no counters.
numbered as (
    select
        *,
        cast(digits as bigint) as number,
        cast(length(digits) as integer) as digit_count
    from split
    where length(digits) between 1 and 15
),

numbers as (
    select
        acct_set_code,
        fiscal_year,
        series,
        number,
        min(acct_period) as first_period,
        max(acct_period) as last_period
    from numbered
    group by acct_set_code, fiscal_year, series, number
),

-- A series of several periods in which no number comes back is counted through the year.
series_kinds as (
    select
        acct_set_code,
        fiscal_year,
        series,
        min(first_period) < max(last_period)
        and max(case when first_period < last_period then 1 else 0 end) = 0 as is_through_year
    from numbers
    group by acct_set_code, fiscal_year, series
),

placed as (
    select
        numbered.*,
        series_kinds.is_through_year,
        coalesce(
            lag(numbered.number) over (
                partition by
                    numbered.acct_set_code,
                    numbered.fiscal_year,
                    numbered.series,
                    case when series_kinds.is_through_year then 0 else numbered.acct_period end
                order by numbered.number, numbered.voucher_id
            ),
            0
        ) as number_before
    from numbered
    inner join series_kinds
        on
            numbered.acct_set_code = series_kinds.acct_set_code
            and numbered.fiscal_year = series_kinds.fiscal_year
            and numbered.series = series_kinds.series
),

final as (
    select
        voucher_id,
        acct_set_code,
        fiscal_year,
        acct_period,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        series,
        case
            when number > number_before + 1
                then series || lpad(cast(number_before + 1 as text), digit_count, '0')
        end as first_missing_no,
        case
            when number > number_before + 1
                then series || lpad(cast(number - 1 as text), digit_count, '0')
        end as last_missing_no,
        is_through_year,
        number,
        greatest(number - number_before - 1, 0) as missing_count,
        {{ add_days("cast(period_starts_on + interval '1 month' as date)", -1) }} as period_ends_on
    from placed
)

select * from final
