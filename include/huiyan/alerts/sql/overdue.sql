-- Time is up: a reminder on the first date after the due date, and the next body some working days
-- later, one tier up; a red alert goes to the body above. Each happens once while an alert has a
-- tier. A receipt or the word that somebody has begun is no answer.
truncate issue_overdue;

insert into issue_overdue
select
    issue_tier.alert_id,
    issue_tier.tier,
    issue_tier.due_on,
    (
        select min(events.business_date)
        from ops.alert_event as events
        where
            events.alert_id = issue_tier.alert_id
            and events.event = 'reminded'
            and events.detail ->> 'tier' = issue_tier.tier
            and events.business_date >= issue_tier.opened_on
    ) as reminded_on
from issue_tier
where
    issue_tier.due_on < %(day)s
    and not exists (
        select 1
        from ops.alert_event as answers
        where
            answers.alert_id = issue_tier.alert_id
            and answers.actor not in ('machine', 'channel')
            and answers.to_state = any(%(answers)s)
            and answers.business_date between issue_tier.opened_on and %(day)s
    )
    and not exists (
        select 1
        from ops.alert_tier_step as steps
        where
            steps.alert_id = issue_tier.alert_id
            and steps.reason_code = 'overdue'
            and steps.from_tier = issue_tier.tier
            and steps.business_date >= issue_tier.opened_on
    );

with steps as (
    insert into ops.alert_tier_step (
        alert_id, reason_code, from_tier, to_tier, reason, business_date, due_on
    )
    select
        alert_id,
        'overdue',
        tier,
        case tier when 'yellow' then 'orange' else 'red' end,
        format('逾期未反馈：办理期限 %%s，%%s 已催办', due_on, reminded_on),
        %(day)s,
        case tier when 'yellow' then %(due_orange)s::date else %(due_red)s::date end
    from issue_overdue
    where reminded_on <= %(reminded_until)s
    returning *
)

insert into ops.alert_event (alert_id, event, actor, detail, business_date)
select
    steps.alert_id,
    'escalated',
    'machine',
    jsonb_build_object(
        'from', steps.from_tier,
        'to', steps.to_tier,
        'due_on', issue_overdue.due_on,
        'reminded_on', issue_overdue.reminded_on
    ),
    %(day)s
from steps
inner join issue_overdue on steps.alert_id = issue_overdue.alert_id
order by steps.alert_id;

insert into ops.alert_event (alert_id, event, actor, detail, business_date)
select
    alert_id,
    'reminded',
    'machine',
    jsonb_build_object('tier', tier, 'due_on', due_on),
    %(day)s
from issue_overdue
where reminded_on is null
order by alert_id
