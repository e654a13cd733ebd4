-- Records what exceptions withhold, from the first date to the date on which they no longer do. What
-- a body has given its verdict on is not withheld: there is nothing left to check.
update ops.alert_withheld as withheld
set ended_on = %(day)s
where
    withheld.ended_on is null
    and not exists (
        select 1
        from issue_hit
        where
            issue_hit.alert_id = withheld.alert_id
            and issue_hit.is_pushed
            and issue_hit.is_suppressed
    );

insert into ops.alert_withheld (
    alert_id, hit_id, rule_id, rule_version, subject_type, subject_id, unit_id, unit_name,
    finance_agency_code, treasury_agency_code, base_tier, evidence, amount, occurred_on, withheld_on
)
select
    issue_hit.alert_id,
    issue_hit.hit_id,
    issue_hit.rule_id,
    issue_hit.rule_version,
    issue_hit.subject_type,
    issue_hit.subject_id,
    issue_hit.unit_id,
    issue_hit.unit_name,
    issue_hit.finance_agency_code,
    issue_hit.treasury_agency_code,
    issue_hit.base_tier,
    issue_hit.evidence,
    issue_hit.amount,
    issue_hit.occurred_on,
    %(day)s
from issue_hit
where
    issue_hit.is_pushed
    and issue_hit.is_suppressed
    and not exists (
        select 1
        from ops.alert_withheld as withheld
        where
            withheld.alert_id = issue_hit.alert_id
            and withheld.ended_on is null
    )
    and not exists (
        select 1
        from ops.alert_opening as openings
        where
            openings.alert_id = issue_hit.alert_id
            and openings.resolved_on is null
    )
    and not exists (
        select 1
        from ops.alert_event as answers
        where
            answers.alert_id = issue_hit.alert_id
            and answers.actor not in ('machine', 'channel')
            and answers.to_state = any(%(answers)s)
            and answers.business_date between issue_hit.detected_on and %(day)s
    )
