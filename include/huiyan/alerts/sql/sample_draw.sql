-- Draws the samples of a past week, from what exceptions began to withhold in it and from what was
-- resolved by itself in it: the hash of seed, week and alert decides. What is an alert again, or is
-- being checked already, is not drawn.
with candidates as (
    select
        withheld.alert_id,
        'suppressed' as drawn_from,
        withheld.hit_id,
        withheld.rule_id,
        withheld.rule_version,
        withheld.subject_type,
        withheld.subject_id,
        withheld.unit_id,
        withheld.unit_name,
        withheld.finance_agency_code,
        withheld.treasury_agency_code,
        withheld.base_tier,
        withheld.evidence,
        withheld.amount,
        withheld.occurred_on,
        withheld.withheld_on as since
    from ops.alert_withheld as withheld
    where withheld.withheld_on between %(sample_from)s and %(sample_until)s
    union all
    select
        openings.alert_id,
        'auto_resolved',
        alerts.hit_id,
        alerts.rule_id,
        openings.rule_version,
        alerts.subject_type,
        alerts.subject_id,
        openings.unit_id,
        openings.unit_name,
        openings.finance_agency_code,
        openings.treasury_agency_code,
        openings.base_tier,
        openings.evidence,
        openings.amount,
        openings.occurred_on,
        openings.resolved_on
    from ops.alert_event as events
    inner join ops.alert_opening as openings
        on
            events.alert_id = openings.alert_id
            and events.business_date = openings.resolved_on
    inner join ops.alert as alerts on openings.alert_id = alerts.alert_id
    where
        events.event = 'auto_resolved'
        and events.detail ->> 'reason' in ('gone', 'new_version', 'new_thresholds')
        and events.business_date between %(sample_from)s and %(sample_until)s
),

drawable as (
    select distinct on (candidates.alert_id) candidates.*
    from candidates
    left join ops.alert_opening as openings
        on
            candidates.alert_id = openings.alert_id
            and openings.resolved_on is null
    left join ops.alert_sample as samples
        on
            candidates.alert_id = samples.alert_id
            and samples.ended_on is null
    where
        openings.alert_id is null
        and samples.alert_id is null
    order by candidates.alert_id, candidates.since desc
),

ranked as (
    select
        drawable.*,
        row_number() over (
            order by
                sha256(convert_to(
                    %(sample_seed)s || '|' || %(sample_from)s::date || '|' || drawable.alert_id,
                    'UTF8'
                )),
                drawable.alert_id
        ) as place,
        ceil(count(*) over () * %(sample_percent)s::numeric / 100) as wanted
    from drawable
),

drawn as (
    select *
    from ranked
    where place <= wanted
),

alerts as (
    insert into ops.alert (
        alert_id, hit_id, rule_id, rule_version, subject_type, subject_id, unit_id, unit_name,
        finance_agency_code, treasury_agency_code, base_tier, tier, state, evidence, amount,
        occurred_on, opened_on, due_on, resolved_on
    )
    select
        alert_id, hit_id, rule_id, rule_version, subject_type, subject_id, unit_id, unit_name,
        finance_agency_code, treasury_agency_code, base_tier, base_tier, 'auto_resolved', evidence,
        amount, occurred_on, since, since, since
    from drawn
    on conflict (alert_id) do update
        set
            hit_id = excluded.hit_id,
            rule_version = excluded.rule_version,
            unit_id = excluded.unit_id,
            unit_name = excluded.unit_name,
            finance_agency_code = excluded.finance_agency_code,
            treasury_agency_code = excluded.treasury_agency_code,
            base_tier = excluded.base_tier,
            tier = excluded.tier,
            evidence = excluded.evidence,
            amount = excluded.amount,
            occurred_on = excluded.occurred_on,
            opened_on = excluded.opened_on,
            due_on = excluded.due_on,
            resolved_on = excluded.resolved_on
        where not exists (
            select 1
            from ops.alert_opening as openings
            where openings.alert_id = excluded.alert_id
        )
),

samples as (
    insert into ops.alert_sample (
        alert_id, drawn_on, drawn_from, due_on, rule_version, unit_id, unit_name,
        finance_agency_code, treasury_agency_code, base_tier, evidence, amount, occurred_on
    )
    select
        alert_id,
        %(day)s,
        drawn_from,
        case base_tier
            when 'red' then %(due_red)s::date
            when 'orange' then %(due_orange)s::date
            else %(due_yellow)s::date
        end,
        rule_version,
        unit_id,
        unit_name,
        finance_agency_code,
        treasury_agency_code,
        base_tier,
        evidence,
        amount,
        occurred_on
    from drawn
)

insert into ops.alert_event (alert_id, event, actor, detail, business_date)
select
    alert_id,
    'sampled',
    'machine',
    jsonb_build_object('from', drawn_from, 'week', to_char(%(sample_from)s::date, 'IYYY"-W"IW')),
    %(day)s
from drawn
order by alert_id
