-- 紧贴限额采购：同一单位、同一科目，180 天内有三笔以上未走采购的支付，金额都在限额的 95% 到 100% 之间。
{%- set series = ['treasury_agency_code', 'dep_exp_eco_code'] %}
{%- set in_order = 'payments.pay_day, payments.payment_no' %}
with payments as (
    select *
    from {{ ref('int_payment_without_procurement') }}
    where
        amount < threshold
        and amount >= threshold * {{ rule_parameter('PROC-002', 'min_share') }}
),

population as (
    select distinct {{ series | join(', ') }} from payments
),

runs as (
    {{ window_runs(
        'payments',
        series,
        'pay_day',
        rule_parameter('PROC-002', 'window_days'),
        'window_count >= ' ~ rule_parameter('PROC-002', 'min_payments'),
    ) }}
),

hits as (
    select
        payments.treasury_agency_code || ':' || payments.dep_exp_eco_code || ':'
        || {{ joined_list('payments.payment_no', in_order, 1) }} as subject_id,
        max(payments.unit_id) as unit_id,
        max(payments.finance_agency_code) as finance_agency_code,
        payments.treasury_agency_code,
        min(payments.pay_date) as occurred_on,
        sum(payments.amount) as amount,
        {{ evidence({
            'economic_code': 'payments.dep_exp_eco_code',
            'threshold': 'max(payments.threshold)',
            'payment_count': 'count(*)',
            'total_amount': 'sum(payments.amount)',
            'smallest_amount': 'min(payments.amount)',
            'first_pay_date': 'min(payments.pay_date)',
            'last_pay_date': 'max(payments.pay_date)',
            'payee_names': joined_list('payments.payee_acct_name', in_order, 50),
            'payments': joined_list('payments.payment_no', in_order, 50),
        }) }} as evidence
    from runs
    inner join payments
        on
            runs.treasury_agency_code = payments.treasury_agency_code
            and runs.dep_exp_eco_code = payments.dep_exp_eco_code
            and payments.pay_day between runs.first_day and runs.last_day
    group by payments.treasury_agency_code, payments.dep_exp_eco_code, runs.first_day
)

{{ rule_result('payment_group') }}
