-- One row per event of an alert, in the order in which events count, with the file that a body's
-- answer came in. A view: events are written between two evaluations.
-- That somebody complained is said nowhere: of such a rise the reason is left out.
{{ config(materialized='fresh_view') }}
with events as (
    select
        *,
        coalesce(detail ->> 'reason' = 'complaint', false) as is_confidential
    from {{ source('ops', 'alert_event') }}
),

alerts as (
    select * from {{ source('ops', 'alert') }}
),

files as (
    select * from {{ source('ops', 'batch_file') }}
),

final as (
    select
        events.event_id,
        events.alert_id,
        alerts.rule_id,
        events.business_date,
        cast(row_number() over (
            partition by events.alert_id
            order by
                events.business_date,
                case
                    when events.event = 'auto_resolved' then 4
                    when events.actor = 'channel' then 2
                    when events.actor = 'machine' then 1
                    else 3
                end,
                events.event_id
        ) as integer) as place,
        events.event,
        events.to_state,
        events.actor,
        events.body_code,
        events.detail ->> 'role' as body_role,
        events.detail ->> 'implied_by' as implied_by,
        case when not events.is_confidential then events.detail ->> 'reason' end as reason,
        events.detail ->> 'action' as action,
        cast(events.detail ->> 'amount_recovered' as numeric(18, 2)) as amount_recovered,
        events.detail ->> 'evidence_reference' as evidence_reference,
        case
            when events.is_confidential then events.detail - 'reason'
            else events.detail
        end as detail,
        events.batch_id,
        files.file_name,
        files.sha256 as file_sha256,
        events.row_no,
        events.recorded_at
    from events
    inner join alerts on events.alert_id = alerts.alert_id
    left join files
        on
            events.batch_id = files.batch_id
            and events.file_no = files.file_no
)

select * from final
