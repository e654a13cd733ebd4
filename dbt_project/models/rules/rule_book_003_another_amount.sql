-- 记账金额与支付金额不符：写明这笔支付的有效凭证，记的金额合计与实际支付金额相差超过 1 分。
with payments as (
    select * from {{ ref('int_payment') }}
),

bookings as (
    select
        payment_no,
        sum(booked_amount) as booked_amount,
        count(*) as voucher_count,
        {{ joined_list('voucher_id') }} as vouchers
    from {{ ref('int_payment_booking') }}
    where is_live
    group by payment_no
),

population as (
    select
        payments.*,
        bookings.booked_amount,
        bookings.voucher_count,
        bookings.vouchers,
        bookings.booked_amount - payments.x_pay_amt as difference
    from payments
    inner join bookings on payments.payment_no = bookings.payment_no
    where
        payments.is_live
        and payments.x_pay_date is not null
        and payments.x_pay_amt is not null
        and bookings.booked_amount is not null
),

hits as (
    select
        payment_no as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        x_pay_date as occurred_on,
        abs(difference) as amount,
        {{ evidence({
            'pay_date': 'x_pay_date',
            'paid_amount': 'x_pay_amt',
            'booked_amount': 'booked_amount',
            'amount_difference': 'difference',
            'payee_name': 'payee_acct_name',
            'voucher_count': 'voucher_count',
            'vouchers': 'vouchers',
        }) }} as evidence
    from population
    where abs(difference) > {{ rule_parameter('BOOK-003', 'tolerance') }}
)

{{ rule_result('payment') }}
