-- One row per rule and version that has verdicts: how often it was right.
{{ config(materialized='view') }}
with answers as (
    select * from {{ ref('stg_supervision__answer') }}
),

labels as (
    {{ verdict_labels('answers') }}
),

final as (
    {{ precision_of_labels('labels', ['rule_id', 'rule_version']) }}
)

select * from final
