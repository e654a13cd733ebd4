-- 支付由别的单位记账：写明这笔支付的有效凭证，不是付款单位自己的账，也不是代它记账单位的账。
with payments as (
    select * from {{ ref('int_payment') }}
),

bookings as (
    select * from {{ ref('int_payment_booking') }}
),

books as (
    select * from {{ ref('int_unit_books') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

paid as (
    select payment_no, unit_id from {{ ref('int_payment') }} where is_live
),

namings as (
    select
        paid.payment_no,
        bookings.voucher_id,
        bookings.voucher_unit_id,
        bookings.voucher_unit_id not in (paid.unit_id, books.books_unit_id) as is_elsewhere
    from paid
    inner join bookings on paid.payment_no = bookings.payment_no
    inner join books on paid.unit_id = books.unit_id
    where bookings.is_live and bookings.voucher_unit_id is not null
),

population as (
    select distinct payment_no from namings
),

elsewhere as (
    select
        namings.payment_no,
        {{ joined_list('namings.voucher_id') }} as vouchers,
        {{ joined_list('units.unit_name', 'namings.voucher_id') }} as booking_units
    from namings
    inner join units on namings.voucher_unit_id = units.unit_id
    where namings.is_elsewhere
    group by namings.payment_no
),

hits as (
    select
        payments.payment_no as subject_id,
        payments.unit_id,
        payments.finance_agency_code,
        payments.treasury_agency_code,
        payments.pay_date as occurred_on,
        payments.amount,
        {{ evidence({
            'unit_name': 'payer.unit_name',
            'booking_units': 'elsewhere.booking_units',
            'vouchers': 'elsewhere.vouchers',
            'pay_date': 'payments.pay_date',
            'payee_name': 'payments.payee_acct_name',
            'purpose': 'payments.pay_summary_name',
        }) }} as evidence
    from elsewhere
    inner join payments on elsewhere.payment_no = payments.payment_no
    inner join units as payer on payments.unit_id = payer.unit_id
)

{{ rule_result('payment') }}
