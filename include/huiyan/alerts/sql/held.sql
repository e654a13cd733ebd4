-- What is still dealt with though the rules hit it no more: alerts on which a person has begun, and
-- samples. They are routed like hits and raise no tier.
insert into issue_spell (
    hit_id, rule_id, rule_version, rule_name, is_pushed, subject_type, subject_id, unit_id,
    finance_agency_code, treasury_agency_code, base_tier, evidence, amount, occurred_on, is_held
)
select
    alerts.hit_id,
    alerts.rule_id,
    held.rule_version,
    coalesce(rules.name_zh, alerts.rule_id),
    false,
    alerts.subject_type,
    alerts.subject_id,
    held.unit_id,
    held.finance_agency_code,
    held.treasury_agency_code,
    held.base_tier,
    held.evidence,
    held.amount,
    held.occurred_on,
    true
from (
    select
        alert_id, rule_version, unit_id, finance_agency_code, treasury_agency_code, base_tier,
        evidence, amount, occurred_on
    from ops.alert_opening
    where resolved_on is null
    union all
    select
        samples.alert_id, samples.rule_version, samples.unit_id, samples.finance_agency_code,
        samples.treasury_agency_code, samples.base_tier, samples.evidence, samples.amount,
        samples.occurred_on
    from ops.alert_sample as samples
    left join ops.alert_opening as openings
        on
            samples.alert_id = openings.alert_id
            and openings.resolved_on is null
    where
        samples.ended_on is null
        and openings.alert_id is null
) as held
inner join ops.alert as alerts on held.alert_id = alerts.alert_id
left join marts.dim_rule as rules on alerts.rule_id = rules.rule_id
left join issue_spell as spells
    on
        alerts.rule_id = spells.rule_id
        and alerts.subject_id = spells.subject_id
where spells.rule_id is null
