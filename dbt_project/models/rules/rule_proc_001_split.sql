-- 化整为零：同单位、同收款账户、同科目，30 天内两笔以上未走采购的支付，单笔低于限额，合计达到限额。
{%- set series = 'treasury_agency_code, payee_acct_no, dep_exp_eco_code' %}
with payments as (
    select *
    from {{ ref('int_payment_without_procurement') }}
    where amount < threshold and payee_acct_no is not null
),

population as (
    select distinct {{ series }} from payments
),

windows as (
    select
        *,
        count(*) over following_days as window_count,
        sum(amount) over following_days as window_amount,
        max(pay_day) over following_days as window_last_day
    from payments
    window following_days as (
        partition by {{ series }}
        order by pay_day
        range between current row
        and cast({{ rule_parameter('PROC-001', 'window_days') }} as integer) following
    )
),

splits as (
    select
        *,
        max(window_last_day) over (
            partition by {{ series }}
            order by pay_day, payment_no
            rows between unbounded preceding and 1 preceding
        ) as earlier_last_day
    from windows
    where
        window_count >= {{ rule_parameter('PROC-001', 'min_payments') }}
        and window_amount >= threshold
),

numbered as (
    select
        *,
        sum(case when pay_day <= earlier_last_day then 0 else 1 end) over (
            partition by {{ series }}
            order by pay_day, payment_no
        ) as run_no
    from splits
),

runs as (
    select {{ series }}, run_no, min(pay_day) as first_day, max(window_last_day) as last_day
    from numbered
    group by {{ series }}, run_no
),

hits as (
    select
        payments.treasury_agency_code || ':' || payments.payee_acct_no || ':'
        || {{ joined_list('payments.payment_no', 'payments.pay_day, payments.payment_no', 1) }}
            as subject_id,
        max(payments.unit_id) as unit_id,
        max(payments.finance_agency_code) as finance_agency_code,
        payments.treasury_agency_code,
        min(payments.pay_date) as occurred_on,
        sum(payments.amount) as amount,
        {{ evidence({
            'payee_name': 'max(payments.payee_acct_name)',
            'payee_account': 'payments.payee_acct_no',
            'economic_code': 'payments.dep_exp_eco_code',
            'threshold': 'max(payments.threshold)',
            'payment_count': 'count(*)',
            'total_amount': 'sum(payments.amount)',
            'first_pay_date': 'min(payments.pay_date)',
            'last_pay_date': 'max(payments.pay_date)',
            'payments': joined_list('payments.payment_no', 'payments.pay_day, payments.payment_no', 50),
        }) }} as evidence
    from runs
    inner join payments
        on
            runs.treasury_agency_code = payments.treasury_agency_code
            and runs.payee_acct_no = payments.payee_acct_no
            and runs.dep_exp_eco_code = payments.dep_exp_eco_code
            and payments.pay_day between runs.first_day and runs.last_day
    group by
        payments.treasury_agency_code,
        payments.payee_acct_no,
        payments.dep_exp_eco_code,
        runs.run_no
)

{{ rule_result('payment_group') }}
