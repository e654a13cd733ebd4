-- 年底突击花钱：12 月 16 至 31 日的支付超过全年的四分之一，又超过 1 至 11 月月均支付的三倍。
{%- set is_late = 'pay_month = 12 and half = 2' %}
with halves as (
    select * from {{ ref('int_payment_half_month') }}
),

years as (
    select
        treasury_agency_code,
        pay_year,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        sum(amount) as year_amount,
        sum(case when {{ is_late }} then amount else 0 end) as late_amount,
        sum(case when {{ is_late }} then payment_count else 0 end) as late_count,
        sum(case when pay_month < 12 then amount else 0 end) as eleven_months_amount,
        count(distinct case when pay_month < 12 then pay_month end) as month_count
    from halves
    group by treasury_agency_code, pay_year
),

population as (
    select
        *,
        cast(eleven_months_amount / month_count as numeric(18, 2)) as mean_month_amount,
        cast(100 * late_amount / nullif(year_amount, 0) as numeric(18, 2)) as late_percent
    from years
    where month_count >= {{ rule_parameter('PAY-006', 'min_months') }}
),

-- The days of few agencies are asked for.
rushed as (
    select
        population.*,
        (
            select max(days.pay_date)
            from {{ ref('int_payment_day') }} as days
            where
                days.treasury_agency_code = population.treasury_agency_code
                and days.pay_date between
                cast(cast(population.pay_year as text) || '-12-16' as date)
                and cast(cast(population.pay_year as text) || '-12-31' as date)
        ) as last_pay_date
    from population
    where
        late_amount > year_amount * {{ rule_parameter('PAY-006', 'min_share') }}
        and late_amount * month_count
        > eleven_months_amount * {{ rule_parameter('PAY-006', 'times_mean') }}
),

hits as (
    select
        treasury_agency_code || ':' || cast(pay_year as text) as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        last_pay_date as occurred_on,
        late_amount as amount,
        {{ evidence({
            'pay_year': 'cast(pay_year as text)',
            'late_amount': 'late_amount',
            'late_count': 'late_count',
            'year_amount': 'year_amount',
            'late_percent': 'late_percent',
            'share_limit_amount':
                'cast(floor(100 * year_amount * ' ~ rule_parameter('PAY-006', 'min_share')
                ~ ') / 100 as numeric(18, 2))',
            'month_count': 'month_count',
            'mean_month_amount': 'mean_month_amount',
            'last_pay_date': 'last_pay_date',
        }) }} as evidence
    from rushed
)

{{ rule_result('treasury_agency_year') }}
