-- 明显高于同类：一个月里某项支出远远超过同类型、同规模镇街的其他单位。
{%- set factor = rule_parameter('STAT-002', 'fence_factor') %}
with population as (
    select *
    from {{ ref('int_unit_month_expense') }}
    where peer_count >= {{ rule_parameter('STAT-002', 'min_peers') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

fenced as (
    select
        *,
        four_q3 + {{ factor }} * (four_q3 - four_q1) as four_fences
    from population
    where four_q3 > four_q1
),

beyond as (
    select * from fenced where 4 * amount > four_fences
),

-- Listed for what is found only, not for every unit, month and code.
peers as (
    select
        beyond.unit_id,
        beyond.fiscal_year,
        beyond.acct_period,
        beyond.dep_bgt_eco_code,
        {{ joined_list(
            unit_label('units.unit_name', 'others.finance_agency_code')
            ~ " || ' ' || cast(others.amount as text) || ' 元'",
            'others.amount desc, others.unit_id',
            50,
        ) }} as peers
    from beyond
    inner join population as others
        on
            beyond.unit_type = others.unit_type
            and beyond.township_size = others.township_size
            and beyond.fiscal_year = others.fiscal_year
            and beyond.acct_period = others.acct_period
            and beyond.dep_bgt_eco_code = others.dep_bgt_eco_code
            and beyond.unit_id != others.unit_id
    left join units on others.unit_id = units.unit_id
    group by beyond.unit_id, beyond.fiscal_year, beyond.acct_period, beyond.dep_bgt_eco_code
),

found as (
    select beyond.*, peers.peers, listed.vouchers, listed.last_voucher_date
    from beyond
    left join peers
        on
            beyond.unit_id = peers.unit_id
            and beyond.fiscal_year = peers.fiscal_year
            and beyond.acct_period = peers.acct_period
            and beyond.dep_bgt_eco_code = peers.dep_bgt_eco_code
    cross join lateral (
        select
            {{ joined_list('expenses.voucher_id', limit=50) }} as vouchers,
            max(expenses.voucher_date) as last_voucher_date
        from {{ ref('int_expense_code') }} as expenses
        where
            expenses.unit_id = beyond.unit_id
            and expenses.fiscal_year = beyond.fiscal_year
            and expenses.acct_period = beyond.acct_period
            and expenses.dep_bgt_eco_code = beyond.dep_bgt_eco_code
    ) as listed
),

hits as (
    select
        finance_agency_code || ':' || cast(fiscal_year as text) || '-'
        || right('0' || cast(acct_period as text), 2) || ':' || dep_bgt_eco_code as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        last_voucher_date as occurred_on,
        amount,
        {{ evidence({
            'economic_code': 'dep_bgt_eco_code',
            'fiscal_year': 'fiscal_year',
            'acct_period': 'acct_period',
            'unit_type': 'unit_type',
            'township_size': 'township_size',
            'peer_count': 'peer_count',
            'expense_amount': 'amount',
            'peer_lower_quartile': 'cast(four_q1 * 0.25 as numeric(18, 4))',
            'peer_median': 'cast(two_median * 0.5 as numeric(18, 4))',
            'peer_upper_quartile': 'cast(four_q3 * 0.25 as numeric(18, 4))',
            'peer_limit': 'cast(cast(four_fences as numeric(18, 2)) * 0.25 as numeric(18, 4))',
            'peers': 'peers',
            'voucher_count': 'voucher_count',
            'vouchers': 'vouchers',
        }) }} as evidence
    from found
)

{{ rule_result('voucher_group') }}
