-- An alert ends when its hit is gone, its rule is no longer pushed or an exception covers it, unless
-- a person has already begun on it: that person ends it.
with gone as (
    select
        openings.alert_id,
        openings.opened_on,
        case
            when issue_hit.alert_id is null then coalesce(history.cleared_because, 'gone')
            when not issue_hit.is_pushed then 'demoted'
            else 'suppressed'
        end as reason
    from ops.alert_opening as openings
    left join issue_hit
        on
            openings.alert_id = issue_hit.alert_id
            and not issue_hit.is_held
    left join lateral (
        select hits.cleared_because
        from ops.alert as alerts
        inner join marts.mart_rule_hit_history as hits
            on
                alerts.rule_id = hits.rule_id
                and alerts.subject_id = hits.subject_id
        where
            openings.alert_id = alerts.alert_id
            and hits.cleared_on <= %(day)s
        order by hits.detected_on desc
        limit 1
    ) as history on issue_hit.alert_id is null
    where
        openings.resolved_on is null
        and (issue_hit.alert_id is null or not issue_hit.is_pushed or issue_hit.is_suppressed)
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

insert into ops.alert_event (alert_id, event, to_state, actor, detail, business_date)
select
    alert_id,
    'auto_resolved',
    'auto_resolved',
    'machine',
    jsonb_build_object('reason', reason),
    %(day)s
from gone
