-- Who keeps each unit's books, when they were last posted to, named a payment and named a swipe.
{{ config(tags=['fact']) }}
with units as (
    select * from {{ ref('int_unit') }}
),

posting_days as not materialized (
    select * from {{ ref('int_posting_day') }}
),

naming_days as not materialized (
    select * from {{ ref('int_naming_day') }}
),

card_bookings as not materialized (
    select * from {{ ref('int_card_booking') }}
),

posted as (
    select unit_id, max(posting_date) as last_posting_date
    from posting_days
    where unit_id is not null
    group by unit_id
),

named as (
    select voucher_unit_id as unit_id, max(posting_date) as last_named_payment_on
    from naming_days
    group by voucher_unit_id
),

named_swipe as (
    select voucher_unit_id as unit_id, max(posting_date) as last_named_swipe_on
    from card_bookings
    where is_live and voucher_unit_id is not null
    group by voucher_unit_id
),

final as (
    select
        units.unit_id,
        coalesce(units.books_kept_by_unit_id, units.unit_id) as books_unit_id,
        posted.last_posting_date,
        named.last_named_payment_on,
        named_swipe.last_named_swipe_on
    from units
    left join posted on coalesce(units.books_kept_by_unit_id, units.unit_id) = posted.unit_id
    left join named on coalesce(units.books_kept_by_unit_id, units.unit_id) = named.unit_id
    left join named_swipe
        on coalesce(units.books_kept_by_unit_id, units.unit_id) = named_swipe.unit_id
)

select * from final
