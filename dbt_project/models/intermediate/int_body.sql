-- The bodies of the business date.
{{ config(materialized='fresh_view') }}
with final as (
    select body_code, body_name
    from {{ ref('stg_supervision__body') }}
    where {{ in_force_on_business_date() }}
)

select * from final
