-- Looks back on what was confirmed and closed. A new hit of the rule in the unit reopens the case:
-- the alert opened for it is a reopened one and names the case, which is the first closed alert of
-- the chain. The closed ones are told once each that it came back, or that the time passed quietly.
truncate issue_closing;

insert into issue_closing
select distinct on (closings.alert_id, closings.business_date)
    closings.alert_id,
    closings.business_date,
    alerts.rule_id,
    openings.unit_id,
    exists (
        select 1
        from ops.alert_event as told
        where
            told.alert_id = closings.alert_id
            and told.event = 'looked_back'
            and (told.detail ->> 'closed_on')::date = closings.business_date
    )
from ops.alert_event as closings
inner join ops.alert as alerts on closings.alert_id = alerts.alert_id
inner join lateral (
    select verdicts.to_state
    from ops.alert_event as verdicts
    where
        verdicts.alert_id = closings.alert_id
        and verdicts.actor not in ('machine', 'channel')
        and verdicts.to_state in ('confirmed', 'partly', 'not_confirmed')
        and (verdicts.business_date, verdicts.event_id)
        <= (closings.business_date, closings.event_id)
    order by verdicts.business_date desc, verdicts.event_id desc
    limit 1
) as said on said.to_state <> 'not_confirmed'
inner join ops.alert_opening as openings
    on
        closings.alert_id = openings.alert_id
        and closings.business_date between openings.opened_on and openings.resolved_on
where
    closings.actor not in ('machine', 'channel')
    and closings.to_state = 'closed'
    and closings.business_date <= %(day)s
    and (
        closings.business_date >= %(look_back_from)s
        or not exists (
            select 1
            from ops.alert_event as told
            where
                told.alert_id = closings.alert_id
                and told.event = 'looked_back'
                and (told.detail ->> 'closed_on')::date = closings.business_date
        )
    )
order by closings.alert_id, closings.business_date, openings.opened_on;

with found as (
    select
        openings.alert_id,
        openings.opened_on,
        closings.alert_id as former_alert_id,
        closings.closed_on,
        closings.is_told
    from ops.alert_opening as openings
    inner join issue_hit on openings.alert_id = issue_hit.alert_id
    inner join issue_closing as closings
        on
            issue_hit.rule_id = closings.rule_id
            and (
                openings.unit_id = closings.unit_id
                or openings.alert_id = closings.alert_id
            )
    where
        openings.opened_on = %(day)s
        and openings.resolved_on is null
        and closings.closed_on < issue_hit.detected_on
        and closings.closed_on >= %(look_back_from)s
),

latest as (
    select distinct on (alert_id) *
    from found
    order by alert_id, closed_on desc, former_alert_id = alert_id desc, former_alert_id
),

cases as (
    insert into ops.alert_recurrence (
        alert_id, opened_on, case_id, former_alert_id, former_closed_on
    )
    select
        latest.alert_id,
        latest.opened_on,
        coalesce(earlier.case_id, latest.former_alert_id),
        latest.former_alert_id,
        latest.closed_on
    from latest
    left join lateral (
        select recurrences.case_id
        from ops.alert_recurrence as recurrences
        where
            recurrences.alert_id = latest.former_alert_id
            and recurrences.opened_on <= latest.closed_on
        order by recurrences.opened_on desc
        limit 1
    ) as earlier on true
    returning *
),

same_subject as (
    update ops.alert_event as events
    set detail = jsonb_build_object(
        'case', cases.case_id, 'former', cases.former_alert_id, 'closed_on', cases.former_closed_on
    )
    from cases
    where
        events.alert_id = cases.alert_id
        and events.event = 'reopened'
        and events.actor = 'machine'
        and events.business_date = %(day)s
),

another_subject as (
    insert into ops.alert_event (alert_id, event, to_state, actor, detail, business_date)
    select
        cases.alert_id,
        'reopened',
        'reopened',
        'machine',
        jsonb_build_object(
            'case', cases.case_id,
            'former', cases.former_alert_id,
            'closed_on', cases.former_closed_on
        ),
        %(day)s
    from cases
    where not exists (
        select 1
        from ops.alert_event as events
        where
            events.alert_id = cases.alert_id
            and events.event = 'reopened'
            and events.actor = 'machine'
            and events.business_date = %(day)s
    )
    order by cases.alert_id
)

insert into ops.alert_event (alert_id, event, actor, detail, business_date)
select
    former_alert_id,
    'looked_back',
    'machine',
    jsonb_build_object('closed_on', closed_on, 'result', 'recurred', 'by', min(alert_id)),
    %(day)s
from found
where not is_told
group by former_alert_id, closed_on
order by former_alert_id, closed_on;

insert into ops.alert_event (alert_id, event, actor, detail, business_date)
select
    alert_id,
    'looked_back',
    'machine',
    jsonb_build_object('closed_on', closed_on, 'result', 'quiet'),
    %(day)s
from issue_closing
where
    closed_on < %(look_back_from)s
    and not is_told
order by alert_id, closed_on
