{#-
    One row per unit that keeps books and day of posting: how often live vouchers posted that day name
    a document of one kind, by its `bookings`.
-#}
{% macro naming_days(bookings) -%}
    select voucher_unit_id, posting_date, count(*) as booking_count
    from {{ bookings }}
    where is_live and voucher_unit_id is not null
    group by voucher_unit_id, posting_date
{%- endmacro %}
