-- One row per account set, year, series of voucher numbers and accounting period: how far the
-- series goes in it, reversals and reversed vouchers too.
{{ config(tags=['fact']) }}
with vouchers as not materialized (
    select * from {{ ref('int_voucher') }}
),

numbered as not materialized (
    {{ numbered_vouchers('vouchers') }}
),

final as (
    select
        acct_set_code,
        fiscal_year,
        series,
        acct_period,
        count(*) as voucher_count,
        count(case when number > 0 then 1 end) as number_count,
        count(case when {{ begins_with('digits', '0') }} then 1 end) as padded_count,
        min(number) as first_number,
        max(number) as last_number,
        min(digit_count) as fewest_digits,
        max(digit_count) as most_digits
    from numbered
    group by acct_set_code, fiscal_year, series, acct_period
)

select * from final
