-- One row per registered account and day on which a live payment left or reached it.
{{ config(materialized='fresh_view') }}
with movements as (
    select * from {{ ref('int_account_movement') }}
),

final as (
    select
        account_no,
        pay_date,
        lag(pay_date) over (partition by account_no order by pay_date) as previous_date
    from movements
)

select * from final
