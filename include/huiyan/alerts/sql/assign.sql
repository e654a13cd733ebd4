-- Ends routes that no longer hold and begins those that do. An alert on which a person has begun
-- stays with the bodies that have it, until it is overdue and goes to the next one.
with taken_up as (
    select distinct events.alert_id
    from ops.alert_event as events
    inner join ops.alert_opening as openings
        on
            events.alert_id = openings.alert_id
            and openings.resolved_on is null
            and events.business_date between openings.opened_on and %(day)s
    where
        events.actor not in ('machine', 'channel')
        and not exists (
            select 1
            from ops.alert_tier_step as steps
            where
                steps.alert_id = events.alert_id
                and steps.reason_code = 'overdue'
                and steps.business_date >= greatest(openings.opened_on, events.business_date)
        )
),

ended as (
    update ops.alert_route as held
    set ended_on = %(day)s
    where
        held.ended_on is null
        and not exists (
            select 1
            from issue_route as wanted
            where
                wanted.alert_id = held.alert_id
                and wanted.role = held.role
                and wanted.body_code = held.body_code
        )
        and held.alert_id not in (select taken_up.alert_id from taken_up)
)

insert into ops.alert_route (alert_id, role, body_code, body_name, reason, assigned_on)
select
    wanted.alert_id,
    wanted.role,
    wanted.body_code,
    wanted.body_name,
    wanted.reason,
    %(day)s
from issue_route as wanted
left join ops.alert_route as held
    on
        wanted.alert_id = held.alert_id
        and wanted.role = held.role
        and held.ended_on is null
        and (
            wanted.body_code = held.body_code
            or wanted.alert_id in (select taken_up.alert_id from taken_up)
        )
where held.alert_id is null
