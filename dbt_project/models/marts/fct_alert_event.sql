-- One row per event of an alert: who changed what, when, and in which file and line it was said.
{{ config(materialized='view') }}
with final as (
    select * from {{ ref('int_alert_event') }}
)

select * from final
