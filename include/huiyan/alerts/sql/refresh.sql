-- Brings ops.alert to what its openings, steps and events say, and forgets alerts that no longer
-- have any and were never handed over.
delete from ops.alert as alerts
where
    not exists (select 1 from ops.alert_opening as o where o.alert_id = alerts.alert_id)
    and not exists (select 1 from ops.alert_event as e where e.alert_id = alerts.alert_id)
    and not exists (select 1 from ops.delivery_alert as l where l.alert_id = alerts.alert_id);

with openings as (
    select distinct on (alert_id) *
    from ops.alert_opening
    order by alert_id, opened_on desc
),

raised as (
    select
        openings.alert_id,
        (array['yellow', 'orange', 'red'])[
            max(array_position(array['yellow', 'orange', 'red'], steps.to_tier))
        ] as tier,
        (
            array_agg(
                steps.due_on
                order by
                    array_position(array['yellow', 'orange', 'red'], steps.to_tier) desc,
                    steps.business_date desc
            )
        )[1] as due_on
    from openings
    inner join ops.alert_tier_step as steps
        on
            openings.alert_id = steps.alert_id
            and openings.opened_on <= steps.business_date
    group by openings.alert_id
),

states as (
    select distinct on (alert_id) alert_id, to_state
    from ops.alert_event
    where to_state is not null
    order by
        alert_id,
        business_date desc,
        case
            when event = 'auto_resolved' then 4
            when actor = 'channel' then 2
            when actor = 'machine' then 1
            else 3
        end desc,
        event_id desc
),

present as (
    select
        openings.*,
        coalesce(raised.tier, openings.base_tier) as tier,
        coalesce(raised.due_on, openings.due_on) as answer_by,
        states.to_state
    from openings
    inner join states on openings.alert_id = states.alert_id
    left join raised on openings.alert_id = raised.alert_id
)

update ops.alert as alerts
set
    rule_version = present.rule_version,
    unit_id = present.unit_id,
    unit_name = present.unit_name,
    finance_agency_code = present.finance_agency_code,
    treasury_agency_code = present.treasury_agency_code,
    base_tier = present.base_tier,
    tier = present.tier,
    state = present.to_state,
    evidence = present.evidence,
    amount = present.amount,
    occurred_on = present.occurred_on,
    opened_on = present.opened_on,
    due_on = present.answer_by,
    resolved_on = present.resolved_on
from present
where
    alerts.alert_id = present.alert_id
    and (
        alerts.rule_version, alerts.unit_id, alerts.unit_name, alerts.finance_agency_code,
        alerts.treasury_agency_code, alerts.base_tier, alerts.tier, alerts.state, alerts.evidence,
        alerts.amount, alerts.occurred_on, alerts.opened_on, alerts.due_on, alerts.resolved_on
    ) is distinct from (
        present.rule_version, present.unit_id, present.unit_name, present.finance_agency_code,
        present.treasury_agency_code, present.base_tier, present.tier, present.to_state,
        present.evidence, present.amount, present.occurred_on, present.opened_on,
        present.answer_by, present.resolved_on
    )
