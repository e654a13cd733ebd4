-- An alert that a body was handed for this day and that a correction has since made groundless was
-- opened and resolved on the day (so is one that an exception or the rule's status, reviewed since,
-- takes away): a body can still be told, and nothing handed over is forgotten. The same holds of one
-- that had ended before and was reopened on the day; but what was handed over again only because it
-- was thought to be open still has ended on the day on which it did.
with handed as (
    select distinct
        alerts.*,
        case
            when issue_hit.is_suppressed then 'suppressed'
            when not issue_hit.is_pushed then 'demoted'
            else 'withdrawn'
        end as ended_because,
        exists (
            select 1
            from ops.alert_opening as earlier
            where earlier.alert_id = alerts.alert_id
        ) as was_reopened
    from ops.delivery as deliveries
    inner join ops.delivery_alert as lines on deliveries.delivery_id = lines.delivery_id
    inner join ops.alert as alerts on lines.alert_id = alerts.alert_id
    left join issue_hit
        on
            lines.alert_id = issue_hit.alert_id
            and not issue_hit.is_held
    where
        deliveries.business_date = %(day)s
        and deliveries.state = 'delivered'
        and not exists (
            select 1
            from ops.alert_opening as openings
            where
                openings.alert_id = lines.alert_id
                and openings.opened_on <= %(day)s
                and (openings.resolved_on is null or openings.resolved_on >= %(day)s)
        )
        and (
            not exists (
                select 1
                from ops.alert_opening as earlier
                where
                    earlier.alert_id = lines.alert_id
                    and earlier.opened_on <= %(day)s
            )
            or exists (
                select 1
                from ops.alert_event as events
                where
                    events.alert_id = lines.alert_id
                    and events.actor = 'channel'
                    and events.business_date = %(day)s
            )
        )
        and not exists (
            select 1
            from ops.alert_sample as samples
            where
                samples.alert_id = lines.alert_id
                and samples.drawn_on <= %(day)s
                and coalesce(samples.ended_on >= %(day)s, true)
        )
),

openings as (
    insert into ops.alert_opening (
        alert_id, rule_version, unit_id, unit_name, finance_agency_code, treasury_agency_code,
        base_tier, evidence, amount, occurred_on, opened_on, due_on, resolved_on
    )
    select
        alert_id,
        rule_version,
        unit_id,
        unit_name,
        finance_agency_code,
        treasury_agency_code,
        base_tier,
        evidence,
        amount,
        occurred_on,
        %(day)s,
        %(day)s,
        %(day)s
    from handed
)

insert into ops.alert_event (alert_id, event, to_state, actor, detail, business_date)
select
    handed.alert_id,
    steps.event,
    steps.to_state,
    'machine',
    jsonb_build_object('reason', handed.ended_because),
    %(day)s
from handed
inner join (
    values
        (1, 'opened', 'open', false),
        (1, 'reopened', 'reopened', true),
        (2, 'auto_resolved', 'auto_resolved', null)
) as steps (place, event, to_state, was_reopened)
    on coalesce(steps.was_reopened, handed.was_reopened) = handed.was_reopened
order by handed.alert_id, steps.place
