-- 疑似重复支付：同一单位 10 天内向同一收款账号付了两笔同样的金额（1000 元及以上，工资福利除外）。
with payments as (
    select * from {{ ref('int_payment') }}
),

population as not materialized (
    select
        payment_no,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        dep_exp_eco_code,
        payee_acct_no,
        payee_acct_name,
        pay_summary_name,
        amount,
        pay_date
    from payments
    where
        is_live
        and payee_acct_no is not null
        and amount >= {{ rule_parameter('PAY-004', 'min_amount') }}
        and dep_exp_eco_code is not null
        and not {{ begins_with('dep_exp_eco_code', '301') }}
),

with_earlier as (
    select
        *,
        lag(payment_no) over same_payment as earlier_payment_no,
        lag(pay_date) over same_payment as earlier_pay_date,
        lag(pay_summary_name) over same_payment as earlier_purpose
    from population
    window
        same_payment as (
            partition by treasury_agency_code, payee_acct_no, amount
            order by pay_date, payment_no
        )
),

hits as (
    select
        payment_no as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        pay_date as occurred_on,
        amount,
        {{ evidence({
            'pay_date': 'pay_date',
            'purpose': 'pay_summary_name',
            'earlier_payment': 'earlier_payment_no',
            'earlier_pay_date': 'earlier_pay_date',
            'earlier_purpose': 'earlier_purpose',
            'payee_name': 'payee_acct_name',
            'payee_account': 'payee_acct_no',
            'economic_code': 'dep_exp_eco_code',
        }) }} as evidence
    from with_earlier
    where
        {{ days_between('pay_date', 'earlier_pay_date') }}
        <= {{ rule_parameter('PAY-004', 'within_days') }}
)

{{ rule_result('payment') }}
