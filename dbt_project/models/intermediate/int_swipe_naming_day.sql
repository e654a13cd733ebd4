-- One row per unit and day of posting: how many live vouchers' namings of swipes its books hold.
{{ config(tags=['fact']) }}
{{ naming_days(ref('int_card_booking')) }}
