-- What bodies answered of the alerts up to the day, in order; what an answer only implied is left
-- out.
select
    events.alert_id,
    events.body_code,
    coalesce(
        issue_body.body_name,
        case events.body_code when %(default_code)s then %(default_name)s end,
        events.body_code
    ) as body_name,
    events.business_date,
    events.to_state,
    events.detail
from ops.alert_event as events
left join issue_body on events.body_code = issue_body.body_code
where
    events.alert_id = any(%(alerts)s)
    and events.actor = 'body'
    and events.to_state is not null
    and events.business_date <= %(day)s
    and events.detail ->> 'implied_by' is null
order by events.alert_id, events.business_date, events.event_id
