-- 退回后改付别处：一笔支付退回后 30 天内，同单位、同收款人、同金额又付到另一个账号。
with payments as (
    select * from {{ ref('int_payment') }}
),

returned as (
    select * from {{ ref('int_payment') }} where status = 'returned' and payee_acct_no is not null
),

repeated as (
    select
        payments.*,
        returned.payment_no as returned_payment_no,
        returned.pay_date as returned_pay_date,
        returned.payee_acct_no as returned_payee_acct_no,
        row_number() over (
            partition by payments.payment_no
            order by
                case when payments.payee_acct_no != returned.payee_acct_no then 0 else 1 end,
                returned.pay_date desc,
                returned.payment_no desc
        ) as place
    from returned
    inner join payments
        on
            returned.treasury_agency_code = payments.treasury_agency_code
            and returned.payee_normalised_name = payments.payee_normalised_name
            and returned.amount = payments.amount
    where
        payments.is_live
        and payments.payee_acct_no is not null
        and {{ days_between('payments.pay_date', 'returned.pay_date') }}
        between 0 and {{ rule_parameter('PAY-009', 'within_days') }}
),

population as (
    select * from repeated where place = 1
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
            'returned_payment': 'returned_payment_no',
            'returned_pay_date': 'returned_pay_date',
            'returned_account': 'returned_payee_acct_no',
            'purpose': 'pay_summary_name',
        }) }} as evidence
    from population
    where payee_acct_no != returned_payee_acct_no
)

{{ rule_result('payment') }}
