-- One row per unit and day on which vouchers of its books were posted.
{{ config(tags=['fact']) }}
with vouchers as (
    select * from {{ ref('int_voucher') }} where unit_id is not null
),

final as (
    select unit_id, posting_date, count(*) as voucher_count
    from vouchers
    group by unit_id, posting_date
)

select * from final
