-- 凭证写明的支付不存在：写明的支付已作废或已退回，或者记账超过 10 天国库仍没有这笔支付。
with bookings as (
    select * from {{ ref('int_payment_booking') }}
),

payments as (
    select * from {{ ref('int_payment') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

namings as (
    select
        bookings.voucher_id,
        bookings.payment_no,
        bookings.booked_amount,
        payments.status,
        payments.payment_no is null as is_unknown,
        coalesce(payments.status in ('void', 'returned'), false)
        or (
            payments.payment_no is null
            and {{ days_between(business_date(), 'bookings.posting_date') }}
            > {{ rule_parameter('BOOK-005', 'unknown_days') }}
        ) as is_false
    from bookings
    left join payments on bookings.payment_no = payments.payment_no
    where bookings.is_live
),

population as (
    select distinct voucher_id from namings
),

false_namings as (
    select
        voucher_id,
        sum(booked_amount) as booked_amount,
        count(case when status = 'void' then 1 end) as void_count,
        count(case when status = 'returned' then 1 end) as returned_count,
        count(case when is_unknown then 1 end) as unknown_count,
        {{ joined_list('payment_no') }} as payments
    from namings
    where is_false
    group by voucher_id
),

hits as (
    select
        false_namings.voucher_id as subject_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date as occurred_on,
        coalesce(false_namings.booked_amount, vouchers.expense_amount) as amount,
        {{ evidence({
            'payments': 'false_namings.payments',
            'returned_count': 'false_namings.returned_count',
            'void_count': 'false_namings.void_count',
            'unknown_count': 'false_namings.unknown_count',
            'booked_amount': 'false_namings.booked_amount',
            'posting_date': 'vouchers.posting_date',
            'summary': 'vouchers.summary',
        }) }} as evidence
    from false_namings
    inner join vouchers on false_namings.voucher_id = vouchers.voucher_id
)

{{ rule_result('voucher') }}
