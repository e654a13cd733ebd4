-- 实际收款账号与申请不一致：支付已完成，但钱实际付到的账号不是申请时填的收款账号。
with payments as (
    select * from {{ ref('int_payment') }}
),

population as not materialized (
    select
        payment_no,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        payee_acct_name,
        payee_acct_no,
        x_payee_acct_name,
        x_payee_acct_no,
        pay_summary_name,
        amount,
        pay_date
    from payments
    where is_live and payee_acct_no is not null and x_payee_acct_no is not null
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
            'payee_name': 'payee_acct_name',
            'payee_account': 'payee_acct_no',
            'actual_payee_name': 'x_payee_acct_name',
            'actual_payee_account': 'x_payee_acct_no',
            'purpose': 'pay_summary_name',
        }) }} as evidence
    from population
    where x_payee_acct_no != payee_acct_no
)

{{ rule_result('payment') }}
