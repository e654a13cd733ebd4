-- One row per merchant category seen on official cards: what kinds of merchants it stands for.
{{ config(tags=['fact']) }}
with categories as (
    select mcc from {{ ref('int_swiped_category') }}
),

kinds as (
    select seed.kind, seed.mcc_from, seed.mcc_to
    from {{ ref('merchant_kind') }} as seed
    where {{ in_force('seed') }}
),

final as (
    select
        categories.mcc,
        max(case when kinds.kind = 'travel' then 1 else 0 end) = 1 as is_travel,
        max(case when kinds.kind = 'dining' then 1 else 0 end) = 1 as is_dining,
        max(case when kinds.kind = 'online' then 1 else 0 end) = 1 as is_online
    from categories
    left join kinds on categories.mcc between kinds.mcc_from and kinds.mcc_to
    group by categories.mcc
)

select * from final
