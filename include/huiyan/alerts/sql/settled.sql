-- An alert that a body has settled ends: it was closed, handed over as a lead, or who verifies it
-- found that it is not so. What the disposing body alone finds untrue stays on the list.
with settled as (
    select distinct on (openings.alert_id)
        openings.alert_id,
        openings.opened_on,
        last_word.to_state,
        last_word.role
    from ops.alert_opening as openings
    inner join lateral (
        select
            events.to_state,
            events.detail ->> 'role' as role
        from ops.alert_event as events
        where
            events.alert_id = openings.alert_id
            and events.actor not in ('machine', 'channel')
            and events.to_state is not null
            and events.business_date between openings.opened_on and %(day)s
        order by events.business_date desc, events.event_id desc
        limit 1
    ) as last_word on true
    where openings.resolved_on is null
)

update ops.alert_opening
set resolved_on = %(day)s
from settled
where
    ops.alert_opening.alert_id = settled.alert_id
    and ops.alert_opening.opened_on = settled.opened_on
    and (
        settled.to_state in ('closed', 'transferred_as_lead')
        or (settled.to_state = 'not_confirmed' and settled.role = 'verify')
    )
