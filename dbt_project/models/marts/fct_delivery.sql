-- One row per version of a body's extract: what was handed over, how and when.
{{ config(materialized='view') }}
with final as (
    select * from {{ ref('int_delivery') }}
)

select * from final
