-- Opens an alert for every pushed hit that has none, anew if an earlier one was resolved.
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
),

alerts as (
    insert into ops.alert (
        alert_id, hit_id, rule_id, rule_version, subject_type, subject_id, base_tier, tier, state,
        evidence, opened_on, due_on
    )
    select
        alert_id,
        hit_id,
        rule_id,
        rule_version,
        subject_type,
        subject_id,
        base_tier,
        base_tier,
        'open',
        evidence,
        %(day)s,
        %(day)s
    from found
    on conflict (alert_id) do nothing
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
