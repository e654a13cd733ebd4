-- 年底突击花钱：12 月 16 至 31 日的支付超过全年的四分之一，又超过 1 至 11 月月均支付的三倍。
with payments as (
    select
        treasury_agency_code,
        unit_id,
        finance_agency_code,
        cast(extract(year from pay_date) as integer) as pay_year,
        cast(extract(month from pay_date) as integer) as pay_month,
        extract(month from pay_date) = 12
        and extract(day from pay_date) >= {{ rule_parameter('PAY-006', 'first_day') }} as is_late,
        amount,
        pay_date
    from {{ ref('int_payment') }}
    where is_live
),

years as (
    select
        treasury_agency_code,
        pay_year,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        sum(amount) as year_amount,
        sum(case when is_late then amount else 0 end) as late_amount,
        count(case when is_late then 1 end) as late_count,
        max(case when is_late then pay_date end) as last_pay_date,
        sum(case when pay_month < 12 then amount else 0 end) as eleven_months_amount,
        count(distinct case when pay_month < 12 then pay_month end) as months_with_payments
    from payments
    group by treasury_agency_code, pay_year
),

population as (
    select
        *,
        cast(eleven_months_amount / months_with_payments as numeric(18, 2)) as mean_month_amount,
        cast(100 * late_amount / nullif(year_amount, 0) as numeric(18, 2)) as late_percent
    from years
    where months_with_payments >= {{ rule_parameter('PAY-006', 'min_months') }}
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
            'mean_month_amount': 'mean_month_amount',
            'last_pay_date': 'last_pay_date',
        }) }} as evidence
    from population
    where
        late_amount > year_amount * {{ rule_parameter('PAY-006', 'min_share') }}
        and late_amount * months_with_payments
        > eleven_months_amount * {{ rule_parameter('PAY-006', 'times_mean') }}
)

{{ rule_result('treasury_agency_year') }}
