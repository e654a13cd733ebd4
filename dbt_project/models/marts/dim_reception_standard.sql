-- What a reception may cost per head, by township, with the time for which it holds.
{{ config(materialized='view') }}
with standards as (
    select * from {{ ref('reception_standard') }}
),

final as (
    select
        nullif(township, '*') as township,
        standard as amount_per_head,
        valid_from,
        valid_to,
        source,
        verified = 'verified' as is_verified
    from standards
)

select * from final
