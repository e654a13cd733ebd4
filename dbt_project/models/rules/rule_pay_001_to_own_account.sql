-- 向本单位实有资金账户划转：从零余额账户把财政资金付到本单位自己的基本户、专户或其他账户。
with payments as (
    select * from {{ ref('int_payment') }}
),

population as not materialized (
    select * from payments where is_live and pay_acct_kind = 'zero_balance'
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
            'pay_account': 'pay_acct_no',
            'payee_account': 'payee_acct_no',
            'payee_name': 'payee_acct_name',
            'payee_account_kind': 'payee_acct_kind',
            'purpose': 'pay_summary_name',
        }) }} as evidence
    from population
    where
        payee_acct_unit_id = unit_id
        and payee_acct_kind in ('basic', 'special', 'other')
)

{{ rule_result('payment') }}
