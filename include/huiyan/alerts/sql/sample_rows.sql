-- The samples that bodies are to check on the day: of what an exception withholds and of what was
-- resolved by itself.
select
    routes.body_code,
    coalesce(issue_body.body_name, routes.body_name) as body_name,
    samples.alert_id,
    routes.role,
    routes.assigned_on = %(day)s as is_new,
    samples.base_tier as tier,
    alerts.rule_id,
    rules.name_zh as rule_name,
    coalesce(samples.unit_name, samples.unit_id, '') as unit_name,
    samples.finance_agency_code,
    samples.treasury_agency_code,
    alerts.subject_type,
    alerts.subject_id,
    samples.occurred_on,
    samples.amount,
    samples.due_on,
    coalesce(answered.to_state, 'auto_resolved') as state,
    samples.evidence::text as evidence,
    rules.what_to_check,
    rules.legal_basis,
    rules.close_out_standard,
    string_to_array(coalesce(rules.close_out_needs, ''), ',') as close_out_needs,
    cast(
        (samples.evidence || jsonb_build_object('amount', samples.amount))
        ->> rules.least_recovery as numeric(18, 2)
    ) as least_recovery,
    '{}'::text[] as tier_reasons,
    rules.description,
    samples.drawn_on as opened_on,
    array['sampled'] as marks,
    array[
        case samples.drawn_from
            when 'suppressed' then '抽查：该疑点经审批不再推送，请核实审批是否仍然成立。'
            else '抽查：该疑点已由系统自动消除，请核实是否确已解决。'
        end
    ] as notices,
    case
        when routes.reason in (%(own_staff)s, %(by_jurisdiction)s) then ''
        else routes.reason
    end as rerouted
from ops.alert_sample as samples
inner join ops.alert as alerts on samples.alert_id = alerts.alert_id
inner join ops.alert_route as routes
    on
        samples.alert_id = routes.alert_id
        and routes.ended_on is null
inner join marts.dim_rule as rules on alerts.rule_id = rules.rule_id
left join issue_body on routes.body_code = issue_body.body_code
left join lateral (
    select events.to_state
    from ops.alert_event as events
    where
        events.alert_id = samples.alert_id
        and events.actor not in ('machine', 'channel')
        and events.to_state is not null
        and events.business_date between samples.drawn_on and %(day)s
    order by events.business_date desc, events.event_id desc
    limit 1
) as answered on true
where samples.ended_on is null
order by routes.body_code, is_new desc, samples.due_on, alerts.rule_id, alerts.subject_id
