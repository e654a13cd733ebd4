-- One row per accounting period in which vouchers have numbers, one more per run of missing ones.
{{ config(materialized='fresh_view') }}
with vouchers as not materialized (
    select * from {{ ref('int_voucher') }}
),

numbered as not materialized (
    {{ numbered_vouchers('vouchers') }}
),

-- As few rows as there are periods; only with leading zeros may one number be written in two ways.
ranges as (
    select
        *,
        fewest_digits < most_digits and padded_count > 0 as may_repeat,
        {{ last_day_of_period() }} as period_ends_on
    from {{ ref('int_number_range') }}
),

periods as (
    select distinct acct_set_code, fiscal_year, acct_period from ranges
),

ordered_ranges as (
    select
        *,
        lag(last_number) over (
            partition by acct_set_code, fiscal_year, series order by first_number, last_number
        ) as last_number_before
    from ranges
),

-- Ranges that do not overlap have no number in common; more vouchers than numbers have one.
all_series as (
    select
        acct_set_code,
        fiscal_year,
        series,
        count(*) = 1 as is_of_one_period,
        coalesce(min(first_number - last_number_before) > 0, true) as is_apart,
        sum(voucher_count) > max(last_number) - min(first_number) + 1
        and max(case when may_repeat then 1 else 0 end) = 0 as is_crowded
    from ordered_ranges
    group by acct_set_code, fiscal_year, series
),

-- Of few series the ranges leave open whether a number comes back: found once, not once per period.
repeated as materialized (
    select distinct acct_set_code, fiscal_year, series
    from (
        select numbered.acct_set_code, numbered.fiscal_year, numbered.series
        from all_series
        inner join numbered
            on
                all_series.acct_set_code = numbered.acct_set_code
                and all_series.fiscal_year = numbered.fiscal_year
                and all_series.series = numbered.series
        where not all_series.is_apart and not all_series.is_crowded
        group by
            numbered.acct_set_code, numbered.fiscal_year, numbered.series, numbered.number
        having min(numbered.acct_period) < max(numbered.acct_period)
    ) as numbers_of_two_periods
),

-- A series of several periods in which no number comes back is counted through the year.
series_kinds as (
    select
        all_series.acct_set_code,
        all_series.fiscal_year,
        all_series.series,
        not all_series.is_of_one_period
        and not all_series.is_crowded
        and repeated.series is null as is_through_year
    from all_series
    left join repeated
        on
            all_series.acct_set_code = repeated.acct_set_code
            and all_series.fiscal_year = repeated.fiscal_year
            and all_series.series = repeated.series
),

counted as (
    select
        ranges.*,
        series_kinds.is_through_year,
        case when series_kinds.is_through_year then 0 else ranges.acct_period end as counter
    from ranges
    inner join series_kinds
        on
            ranges.acct_set_code = series_kinds.acct_set_code
            and ranges.fiscal_year = series_kinds.fiscal_year
            and ranges.series = series_kinds.series
),

-- Few counters that have ended have or may have a gap: only their vouchers are put in order.
gapped as materialized (
    select acct_set_code, fiscal_year, series, counter, is_through_year
    from counted
    where is_through_year or period_ends_on < {{ business_date() }}
    group by acct_set_code, fiscal_year, series, counter, is_through_year
    having
        max(last_number) > sum(number_count)
        or max(case when may_repeat then 1 else 0 end) = 1
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
        {{ last_day_of_period() }} as period_ends_on
    from gaps
)

select * from final
