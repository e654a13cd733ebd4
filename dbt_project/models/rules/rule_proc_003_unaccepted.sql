-- 验收前付款：凭证写明的这笔支付，实际支付日期早于所附验收单中最早的验收日期。
with payments as (
    select * from {{ ref('int_payment') }}
),

bookings as (
    select * from {{ ref('int_payment_booking') }}
),

acceptances as (
    select voucher_id, min(document_date) as accepted_on
    from {{ ref('int_attachment') }}
    where attachment_type = 'acceptance' and document_date is not null
    group by voucher_id
),

accepted as (
    select
        bookings.payment_no,
        min(acceptances.accepted_on) as accepted_on,
        {{ joined_list('bookings.voucher_id') }} as vouchers
    from bookings
    inner join acceptances on bookings.voucher_id = acceptances.voucher_id
    where bookings.is_live
    group by bookings.payment_no
),

population as (
    select
        payments.payment_no,
        payments.unit_id,
        payments.finance_agency_code,
        payments.treasury_agency_code,
        payments.payee_acct_name,
        payments.pay_summary_name,
        payments.amount,
        payments.x_pay_date,
        accepted.accepted_on,
        accepted.vouchers,
        {{ days_between('accepted.accepted_on', 'payments.x_pay_date') }} as days_early
    from payments
    inner join accepted on payments.payment_no = accepted.payment_no
    where payments.is_live and payments.x_pay_date is not null
),

hits as (
    select
        payment_no as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        x_pay_date as occurred_on,
        amount,
        {{ evidence({
            'pay_date': 'x_pay_date',
            'accepted_on': 'accepted_on',
            'days_early': 'days_early',
            'payee_name': 'payee_acct_name',
            'purpose': 'pay_summary_name',
            'vouchers': 'vouchers',
        }) }} as evidence
    from population
    where days_early > 0
)

{{ rule_result('payment') }}
