-- One row per rule, version and month that has verdicts: how often it was right, over time.
{{ config(materialized='view') }}
with answers as (
    select * from {{ ref('stg_supervision__answer') }}
),

labels as (
    {{ verdict_labels('answers') }}
),

months as (
    select
        labels.*,
        cast(date_trunc('month', answered_on) as date) as month
    from labels
),

final as (
    {{ precision_of_labels('months', ['rule_id', 'rule_version', 'month']) }}
)

select * from final
