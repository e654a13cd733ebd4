-- One row per accounting period in which vouchers have numbers, one more per run of missing ones.
{{ config(materialized='fresh_view') }}
with vouchers as not materialized (
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
        substr(voucher_no, length(rtrim(voucher_no, '0123456789')) + 1) as digits
    from vouchers
),

-- Reversals and reversed vouchers are there; longer numbers are no counters.
numbered as not materialized (
    select
        *,
        cast(digits as bigint) as number,
        cast(length(digits) as integer) as digit_count
    from split
    where length(digits) between 1 and 15
),

numbers as (
    select acct_set_code, fiscal_year, series, number, acct_period
    from numbered
    group by acct_set_code, fiscal_year, series, number, acct_period
),

periods as (
    select distinct acct_set_code, fiscal_year, acct_period from numbers
),

-- A series of several periods in which no number comes back is counted through the year.
series_kinds as (
    select
        acct_set_code,
        fiscal_year,
        series,
        min(first_period) < max(last_period) and max(period_count) = 1 as is_through_year
    from (
        select
            acct_set_code,
            fiscal_year,
            series,
            min(acct_period) as first_period,
            max(acct_period) as last_period,
            count(*) as period_count
        from numbers
        group by acct_set_code, fiscal_year, series, number
    ) as uses
    group by acct_set_code, fiscal_year, series
),

counted as (
    select
        numbers.*,
        series_kinds.is_through_year,
        case when series_kinds.is_through_year then 0 else numbers.acct_period end as counter
    from numbers
    inner join series_kinds
        on
            numbers.acct_set_code = series_kinds.acct_set_code
            and numbers.fiscal_year = series_kinds.fiscal_year
            and numbers.series = series_kinds.series
),

-- Few counters have a gap: only their vouchers are put in order.
gapped as (
    select acct_set_code, fiscal_year, series, counter, is_through_year
    from counted
    group by acct_set_code, fiscal_year, series, counter, is_through_year
    having max(number) > count(case when number > 0 then 1 end)
),

placed as (
    select
        numbered.*,
        gapped.is_through_year,
        coalesce(
            lag(numbered.number) over (
                partition by
                    gapped.acct_set_code, gapped.fiscal_year, gapped.series, gapped.counter
                order by numbered.number, numbered.voucher_id
            ),
            0
        ) as number_before
    from gapped
    inner join numbered
        on
            gapped.acct_set_code = numbered.acct_set_code
            and gapped.fiscal_year = numbered.fiscal_year
            and gapped.series = numbered.series
            and (gapped.is_through_year or gapped.counter = numbered.acct_period)
),

gaps as (
    select
        acct_set_code,
        fiscal_year,
        acct_period,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        series,
        number,
        series || lpad(cast(number_before + 1 as text), digit_count, '0') as first_missing_no,
        series || lpad(cast(number - 1 as text), digit_count, '0') as last_missing_no,
        is_through_year,
        number - number_before - 1 as missing_count
    from placed
    where number > number_before + 1
    union all
    select
        acct_set_code,
        fiscal_year,
        acct_period,
        null as unit_id,
        null as finance_agency_code,
        null as treasury_agency_code,
        null as series,
        null as number,
        null as first_missing_no,
        null as last_missing_no,
        null as is_through_year,
        0 as missing_count
    from periods
),

final as (
    select
        *,
        {{ add_days(
            "cast(make_date(fiscal_year, acct_period, 1) + interval '1 month' as date)", -1
        ) }} as period_ends_on
    from gaps
)

select * from final
