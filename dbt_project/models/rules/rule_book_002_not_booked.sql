-- 支付未记账：实际支付超过 30 天，仍没有任何有效凭证写明这笔支付（不记账、从不填支付号的单位除外）。
with payments as (
    select * from {{ ref('int_payment') }}
),

books as (
    select * from {{ ref('int_unit_books') }}
),

bookings as (
    select payment_no from {{ ref('int_payment_booking') }} where is_live
),

population as not materialized (
    select
        payments.*,
        {{ days_between(business_date(), 'payments.x_pay_date') }} as days_since_payment
    from payments
    inner join books on payments.unit_id = books.unit_id
    where
        payments.is_live
        and {{ days_between(business_date(), 'payments.x_pay_date') }}
        > {{ rule_parameter('BOOK-002', 'late_days') }}
        and {{ names_payments(
            business_date(),
            'books',
            rule_parameter('BOOK-001', 'silent_days'),
            rule_parameter('BOOK-002', 'naming_days'),
        ) }}
),

hits as (
    select
        population.payment_no as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.x_pay_date as occurred_on,
        population.amount,
        {{ evidence({
            'pay_date': 'population.x_pay_date',
            'days_since_payment': 'population.days_since_payment',
            'payee_name': 'population.payee_acct_name',
            'purpose': 'population.pay_summary_name',
        }) }} as evidence
    from population
    left join bookings on population.payment_no = bookings.payment_no
    where bookings.payment_no is null
)

{{ rule_result('payment') }}
