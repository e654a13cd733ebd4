-- One row per payment and voucher that names it, with the amount the voucher books for it.
{{ config(tags=['fact']) }}
{{ named_bookings('pay_voucher_no', 'payment_no', ref('int_payment')) }}
