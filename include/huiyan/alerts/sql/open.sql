-- Opens an alert for every pushed hit that has none, anew if an earlier one was resolved; but not if
-- a body settled it and the same hit still stands.
--
-- What was first said of it stays: evidence, source rows and parameters of the hit as it was first
-- detected. They change only while nobody was handed the alert and this is its first opening.
with found as (
    select issue_hit.*
    from issue_hit
    left join ops.alert_opening as openings
        on
            issue_hit.alert_id = openings.alert_id
            and openings.resolved_on is null
    where
        issue_hit.is_pushed
        and not issue_hit.is_suppressed
        and openings.alert_id is null
        and not exists (
            select 1
            from ops.alert_opening as settled
            inner join ops.alert_event as events
                on
                    settled.alert_id = events.alert_id
                    and events.actor not in ('machine', 'channel')
                    and events.business_date between settled.opened_on and settled.resolved_on
                    and (
                        events.to_state in ('closed', 'transferred_as_lead')
                        or (
                            events.to_state = 'not_confirmed'
                            and events.detail ->> 'role' = 'verify'
                        )
                    )
            where
                settled.alert_id = issue_hit.alert_id
                and coalesce(issue_hit.detected_on <= settled.resolved_on, true)
        )
),

first_said as (
    select
        found.alert_id,
        found.evidence,
        sources.files,
        runs.parameters
    from found
    left join marts.fct_rule_run as runs
        on
            found.rule_id = runs.rule_id
            and found.detected_on = runs.business_date
    cross join lateral (
        select
            jsonb_agg(
                to_jsonb(files) - '{spell_id,hit_id}'::text[]
                order by files.used_as desc, files.feed, files.batch_id, files.file_no
            ) as files
        from marts.fct_rule_hit_source as files
        where files.spell_id = found.spell_id
    ) as sources
),

alerts as (
    insert into ops.alert (
        alert_id, hit_id, rule_id, rule_version, subject_type, subject_id, base_tier, tier, state,
        evidence, opened_on, due_on, first_evidence, first_sources, first_parameters
    )
    select
        found.alert_id,
        found.hit_id,
        found.rule_id,
        found.rule_version,
        found.subject_type,
        found.subject_id,
        found.base_tier,
        found.base_tier,
        'open',
        found.evidence,
        %(day)s,
        %(day)s,
        first_said.evidence,
        first_said.files,
        first_said.parameters
    from found
    inner join first_said on found.alert_id = first_said.alert_id
    on conflict (alert_id) do update
        set
            first_evidence = excluded.first_evidence,
            first_sources = excluded.first_sources,
            first_parameters = excluded.first_parameters
        where
            not exists (
                select 1
                from ops.alert_opening as earlier
                where earlier.alert_id = excluded.alert_id
            )
            and not exists (
                select 1
                from ops.delivery_alert as lines
                inner join ops.delivery as deliveries
                    on lines.delivery_id = deliveries.delivery_id
                where
                    lines.alert_id = excluded.alert_id
                    and deliveries.state = 'delivered'
            )
),

openings as (
    insert into ops.alert_opening (
        alert_id, rule_version, unit_id, unit_name, finance_agency_code, treasury_agency_code,
        base_tier, evidence, amount, occurred_on, opened_on, due_on
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
        case base_tier
            when 'red' then %(due_red)s
            when 'orange' then %(due_orange)s
            else %(due_yellow)s
        end
    from found
)

insert into ops.alert_event (alert_id, event, to_state, actor, business_date)
select
    found.alert_id,
    case when earlier.alert_id is null then 'opened' else 'reopened' end,
    case when earlier.alert_id is null then 'open' else 'reopened' end,
    'machine',
    %(day)s
from found
left join (select distinct alert_id from ops.alert_opening) as earlier
    on found.alert_id = earlier.alert_id
