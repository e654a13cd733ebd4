-- One row per closing of an alert that was confirmed, wholly or in part, before the business date.
with answers as (
    select *
    from {{ ref('stg_supervision__answer') }}
    where answered_on < {{ business_date() }}
),

closings as (
    {{ confirmed_closings('answers') }}
),

final as (
    select
        alert_id,
        rule_id,
        subject_id,
        closed_on,
        verdict
    from closings
)

select * from final
