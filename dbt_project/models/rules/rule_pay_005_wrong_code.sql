-- 用途与科目不符：支付用途里写着接待、培训、会议等字样，列支的经济分类却不是其中任何一种对应的科目。
with payments as (
    select * from {{ ref('int_payment') }}
),

purposes as (
    select * from {{ ref('int_purpose_with_keyword') }}
),

population as (
    select
        payments.payment_no,
        payments.unit_id,
        payments.finance_agency_code,
        payments.treasury_agency_code,
        payments.dep_exp_eco_code,
        payments.payee_acct_name,
        payments.pay_summary_name,
        payments.amount,
        payments.pay_date,
        purposes.keywords,
        purposes.expected_codes,
        purposes.is_right
    from payments
    inner join purposes
        on
            payments.pay_summary_name = purposes.pay_summary_name
            and payments.dep_exp_eco_code = purposes.dep_exp_eco_code
    where payments.is_live
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
            'purpose': 'pay_summary_name',
            'keywords': 'keywords',
            'economic_code': 'dep_exp_eco_code',
            'expected_codes': 'expected_codes',
            'pay_date': 'pay_date',
            'payee_name': 'payee_acct_name',
        }) }} as evidence
    from population
    where not is_right
)

{{ rule_result('payment') }}
