-- 化整为零：同单位、同收款账户、同科目，30 天内两笔以上未走采购的支付，单笔低于限额，合计达到限额。
{%- set series = ['treasury_agency_code', 'payee_acct_no', 'dep_exp_eco_code'] %}
{%- set in_order = 'payments.pay_day, payments.payment_no' %}
with payments as (
    select *
    from {{ ref('int_payment_without_procurement') }}
    where amount < threshold and payee_acct_no is not null
),

population as (
    select distinct {{ series | join(', ') }} from payments
),

runs as (
    {{ window_runs(
        'payments',
        series,
        'pay_day',
        rule_parameter('PROC-001', 'window_days'),
        'window_count >= ' ~ rule_parameter('PROC-001', 'min_payments')
            ~ ' and window_amount >= threshold',
    ) }}
),

hits as (
    select
        payments.treasury_agency_code || ':' || payments.payee_acct_no || ':'
        || {{ joined_list('payments.payment_no', in_order, 1) }} as subject_id,
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
            'payments': joined_list('payments.payment_no', in_order, 50),
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
        runs.first_day
)

{{ rule_result('payment_group') }}
