-- What a body had and need not deal with any more: its route ended on the day, or an extract
-- already handed over for the day named an alert that is not the body's after all.
with ended as (
    select routes.body_code, routes.alert_id
    from ops.alert_route as routes
    where
        routes.ended_on = %(day)s
        and routes.assigned_on < %(day)s
        and not exists (
            select 1
            from ops.alert_sample as samples
            where
                samples.alert_id = routes.alert_id
                and samples.drawn_on <= routes.assigned_on
                and samples.ended_on = %(day)s
        )
    union
    select deliveries.body_code, lines.alert_id
    from ops.delivery as deliveries
    inner join ops.delivery_alert as lines on deliveries.delivery_id = lines.delivery_id
    where
        deliveries.business_date = %(day)s
        and deliveries.state = 'delivered'
),

openings as (
    select distinct on (alert_id) *
    from ops.alert_opening
    order by alert_id, opened_on desc
)

select
    ended.body_code,
    coalesce(issue_body.body_name, last_route.body_name, ended.body_code) as body_name,
    alerts.alert_id,
    coalesce(rules.name_zh, alerts.rule_id) as rule_name,
    coalesce(openings.unit_name, openings.unit_id, '') as unit_name,
    alerts.subject_type,
    alerts.subject_id,
    case alerts.subject_type when 'regulator_rule' then openings.evidence::text end as evidence,
    openings.amount,
    case
        when
            openings.resolved_on is null
            and exists (
                select 1
                from ops.alert_tier_step as steps
                where
                    steps.alert_id = ended.alert_id
                    and steps.reason_code = 'overdue'
                    and steps.business_date = %(day)s
            ) then 'escalated'
        when openings.resolved_on is null then 'moved'
        when resolution.reason in ('suppressed', 'demoted', 'retired', 'new_version', 'new_thresholds')
            then resolution.reason
        when resolution.reason is null then 'answered'
        else 'cleared'
    end as reason
from ended
inner join ops.alert as alerts on ended.alert_id = alerts.alert_id
inner join openings on ended.alert_id = openings.alert_id
left join marts.dim_rule as rules on alerts.rule_id = rules.rule_id
left join issue_body on ended.body_code = issue_body.body_code
left join lateral (
    select deliveries.body_name
    from ops.delivery as deliveries
    where deliveries.body_code = ended.body_code
    order by deliveries.delivery_id desc
    limit 1
) as last_route on true
left join lateral (
    select events.detail ->> 'reason' as reason
    from ops.alert_event as events
    where
        events.alert_id = ended.alert_id
        and events.event = 'auto_resolved'
        and events.business_date = openings.resolved_on
    order by events.event_id desc
    limit 1
) as resolution on true
where not exists (
    select 1
    from ops.alert_route as held
    where
        held.alert_id = ended.alert_id
        and held.body_code = ended.body_code
        and held.ended_on is null
)
order by ended.body_code, alerts.rule_id, alerts.subject_id
