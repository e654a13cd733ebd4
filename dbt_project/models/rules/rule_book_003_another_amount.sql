-- 记账金额与支付金额不符：写明这笔支付的有效凭证，记的金额合计与实际支付金额相差超过 1 分。
with payments as (
    select * from {{ ref('int_payment') }}
),

bookings as not materialized (
    select * from {{ ref('int_payment_booking') }} where is_live
),

booked as (
    select payment_no, sum(booked_amount) as booked_amount
    from bookings
    group by payment_no
),

population as (
    select
        payments.payment_no,
        payments.unit_id,
        payments.finance_agency_code,
        payments.treasury_agency_code,
        payments.payee_acct_name,
        payments.x_pay_amt,
        payments.x_pay_date,
        booked.booked_amount,
        booked.booked_amount - payments.x_pay_amt as difference
    from payments
    inner join booked on payments.payment_no = booked.payment_no
    where
        payments.is_live
        and payments.x_pay_date is not null
        and payments.x_pay_amt is not null
        and booked.booked_amount is not null
),

hits as (
    select
        population.payment_no as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.x_pay_date as occurred_on,
        abs(population.difference) as amount,
        {{ evidence({
            'pay_date': 'population.x_pay_date',
            'paid_amount': 'population.x_pay_amt',
            'booked_amount': 'population.booked_amount',
            'amount_difference': 'population.difference',
            'payee_name': 'population.payee_acct_name',
            'voucher_count': 'count(*)',
            'vouchers': joined_list('bookings.voucher_id'),
        }) }} as evidence
    from population
    inner join bookings on population.payment_no = bookings.payment_no
    where abs(population.difference) > {{ rule_parameter('BOOK-003', 'tolerance') }}
    group by
        population.payment_no,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.payee_acct_name,
        population.x_pay_amt,
        population.x_pay_date,
        population.booked_amount,
        population.difference
)

{{ rule_result('payment') }}
