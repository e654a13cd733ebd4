-- One row per rule and time in which a version of it had one status.
{{ config(materialized='view') }}
with final as (
    {{ rule_status_times() }}
)

select * from final
