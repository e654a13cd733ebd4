-- One row per swipe and voucher that names it, with the amount the voucher books for it.
{{ config(tags=['fact']) }}
{{ named_bookings('card_txn_no', 'txn_no', ref('int_card_transaction')) }}
