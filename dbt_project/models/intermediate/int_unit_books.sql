-- Who keeps each unit's books, when they were last posted to, named a payment and named a swipe.
{{ config(tags=['fact']) }}
with units as (
    select
        unit_id,
        coalesce(books_kept_by_unit_id, unit_id) as books_unit_id
    from {{ ref('int_unit') }}
),

-- Asked once per unit: an index answers it, however long the history is.
final as (
    select
        unit_id,
        books_unit_id,
        (
            select max(days.posting_date)
            from {{ ref('int_posting_day') }} as days
            where days.unit_id = units.books_unit_id
        ) as last_posting_date,
        (
            select max(days.posting_date)
            from {{ ref('int_naming_day') }} as days
            where days.voucher_unit_id = units.books_unit_id
        ) as last_named_payment_on,
        (
            select max(days.posting_date)
            from {{ ref('int_swipe_naming_day') }} as days
            where days.voucher_unit_id = units.books_unit_id
        ) as last_named_swipe_on
    from units
)

select * from final
