-- One row per live voucher and economic code of its expense entries.
{{ config(materialized='fresh_view') }}
with entries as (
    select * from {{ ref('int_voucher_entry') }}
),

final as (
    select
        voucher_id,
        dep_bgt_eco_code,
        cast(sum(amt) as numeric(18, 2)) as amount
    from entries
    where is_live and is_expense and dep_bgt_eco_code is not null
    group by voucher_id, dep_bgt_eco_code
)

select * from final
