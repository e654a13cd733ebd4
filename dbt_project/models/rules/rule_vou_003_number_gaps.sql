-- 凭证断号：会计期间结束超过 15 天，同一字号的凭证从 1 号到最大号之间仍有缺号（已红冲的凭证不算缺）。
with numbers as (
    select * from {{ ref('int_voucher_number_gap') }}
),

settled as (
    select
        *,
        acct_set_code || '/' || cast(fiscal_year as text) || '/'
        || right('0' || cast(acct_period as text), 2) as period_id
    from numbers
    where
        {{ days_between(business_date(), 'period_ends_on') }}
        > {{ rule_parameter('VOU-003', 'settling_days') }}
),

population as (
    select distinct period_id from settled
),

gaps as (
    select
        *,
        first_missing_no
        || case when missing_count > 1 then '至' || last_missing_no else '' end as missing_numbers,
        row_number() over (
            partition by period_id
            order by series desc, number desc
        ) as place_from_last
    from settled
    where missing_count > 0
),

hits as (
    select
        period_id as subject_id,
        max(case when place_from_last = 1 then unit_id end) as unit_id,
        max(case when place_from_last = 1 then finance_agency_code end) as finance_agency_code,
        max(case when place_from_last = 1 then treasury_agency_code end) as treasury_agency_code,
        max(period_ends_on) as occurred_on,
        null as amount,
        {{ evidence({
            'missing_number_count': 'sum(missing_count)',
            'missing_numbers': joined_list('missing_numbers', 'series, number'),
            'is_through_year': 'max(case when is_through_year then 1 else 0 end) = 1',
            'period_ends_on': 'max(period_ends_on)',
        }) }} as evidence
    from gaps
    group by period_id
)

{{ rule_result('accounting_period') }}
