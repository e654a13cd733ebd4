-- The open hits that every body's cases gather, the latest found first: of a regulator's systemic
-- problem (LOOP-001) all of the rule in its units, of a small coffer (SCF-008) all of the unit that
-- are counted for it. What the workbook has no room for is left out; the total tells.
with cases as (
    select distinct
        routes.body_code,
        alerts.alert_id,
        alerts.rule_id,
        alerts.subject_id,
        openings.finance_agency_code,
        openings.treasury_agency_code
    from ops.alert_route as routes
    inner join ops.alert as alerts on routes.alert_id = alerts.alert_id
    inner join ops.alert_opening as openings
        on
            alerts.alert_id = openings.alert_id
            and openings.resolved_on is null
    where
        routes.ended_on is null
        and alerts.rule_id in ('LOOP-001', 'SCF-008')
),

members as (
    select
        cases.body_code,
        cases.alert_id,
        found.hit_id,
        found.rule_id,
        coalesce(found.unit_name, found.unit_id, '') as unit_name,
        found.subject_type,
        found.subject_id,
        found.occurred_on,
        found.amount,
        found.detected_on,
        found.evidence::text as evidence,
        count(*) over (partition by cases.body_code, cases.alert_id) as total,
        row_number() over (
            partition by cases.body_code, cases.alert_id
            order by found.detected_on desc, found.rule_id, found.subject_id
        ) as place
    from cases
    inner join issue_hit as found
        on
            found.is_pushed
            and (
                (
                    cases.rule_id = 'LOOP-001'
                    and found.rule_id = split_part(cases.subject_id, ':', 2)
                    and found.regulator_body_code = split_part(cases.subject_id, ':', 1)
                )
                or (
                    cases.rule_id = 'SCF-008'
                    and found.rule_id <> 'SCF-008'
                    and split_part(found.rule_id, '-', 1) in ('SCF', 'PAY', 'CARD', 'INV')
                    and (
                        found.finance_agency_code = cases.finance_agency_code
                        or found.treasury_agency_code = cases.treasury_agency_code
                    )
                )
            )
)

select
    members.body_code,
    members.alert_id,
    members.hit_id,
    rules.name_zh as rule_name,
    members.unit_name,
    members.subject_type,
    members.subject_id,
    members.occurred_on,
    members.amount,
    members.detected_on,
    members.evidence,
    members.total
from members
inner join marts.dim_rule as rules on members.rule_id = rules.rule_id
where members.place <= %(case_limit)s
order by members.body_code, members.alert_id, members.place
