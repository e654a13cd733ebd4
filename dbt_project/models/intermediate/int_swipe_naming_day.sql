-- One row per unit and day of posting: how many live vouchers' namings of swipes its books hold.
{{ config(tags=['fact']) }}
with bookings as (
    select * from {{ ref('int_card_booking') }}
),

final as (
    select voucher_unit_id, posting_date, count(*) as booking_count
    from bookings
    where is_live and voucher_unit_id is not null
    group by voucher_unit_id, posting_date
)

select * from final
