-- One row per unit and day of posting: how many live vouchers' namings of payments its books hold.
{{ config(tags=['fact']) }}
{{ naming_days(ref('int_payment_booking')) }}
