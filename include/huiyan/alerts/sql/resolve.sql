-- A hit that is gone takes its alert with it, unless a person has already begun on the alert.
with gone as (
    select
        openings.alert_id,
        openings.opened_on
    from ops.alert_opening as openings
    left join issue_hit on openings.alert_id = issue_hit.alert_id
    where
        openings.resolved_on is null
        and issue_hit.alert_id is null
        and not exists (
            select 1
            from ops.alert_event as events
            where
                events.alert_id = openings.alert_id
                and events.actor not in ('machine', 'channel')
                and events.to_state <> 'acknowledged'
                and events.business_date between openings.opened_on and %(day)s
        )
),

resolved as (
    update ops.alert_opening
    set resolved_on = %(day)s
    from gone
    where
        ops.alert_opening.alert_id = gone.alert_id
        and ops.alert_opening.opened_on = gone.opened_on
)

insert into ops.alert_event (alert_id, event, to_state, actor, business_date)
select
    alert_id,
    'auto_resolved',
    'auto_resolved',
    'machine',
    %(day)s
from gone
