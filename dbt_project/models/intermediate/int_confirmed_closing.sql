-- One row per closing of an alert that was confirmed, wholly or in part, before the business date.
with answers as (
    select *
    from {{ ref('stg_supervision__answer') }}
    where answered_on < {{ business_date() }}
),

verdicts as (
    select
        closings.event_id,
        closings.alert_id,
        closings.rule_id,
        closings.subject_id,
        closings.answered_on as closed_on,
        earlier.to_state as verdict,
        row_number() over (
            partition by closings.event_id
            order by earlier.answered_on desc, earlier.event_id desc
        ) as place
    from answers as closings
    inner join answers as earlier on closings.alert_id = earlier.alert_id
    where
        closings.event = 'closed'
        and earlier.event = 'verdict'
        and (
            earlier.answered_on < closings.answered_on
            or (
                earlier.answered_on = closings.answered_on
                and earlier.event_id < closings.event_id
            )
        )
),

final as (
    select
        alert_id,
        rule_id,
        subject_id,
        closed_on,
        verdict
    from verdicts
    where place = 1 and verdict in ('confirmed', 'partly')
)

select * from final
