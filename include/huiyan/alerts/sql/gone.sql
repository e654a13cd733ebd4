-- What a body had and need not deal with any more: its route ended on the day, or an extract
-- already handed over for the day named an alert that is not the body's after all.
-- How it was settled, by whom and when is told only to offices of the commission that had it and are
-- not the unit: everybody else must not learn from us that a case was handed over as a lead, and so
-- reads the same words whatever became of it. In doubt a body is taken for everybody else.
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
    end as reason,
    case
        when
            openings.resolved_on is not null
            and resolution.reason is null
            and last_word.to_state in ('closed', 'not_confirmed', 'transferred_as_lead')
            and issue_body.body_kind
            in ('supervision_office', 'township_commission', 'dispatched_group')
            and issue_body.body_code <> coalesce(issue_hit.own_body_code, '')
            and issue_body.short_name <> all(issue_hit.short_names)
            and exists (
                select 1
                from ops.alert_route as own
                where
                    own.alert_id = ended.alert_id
                    and own.body_code = ended.body_code
                    and own.ended_on = %(day)s
            )
            then array[
                last_word.to_state,
                coalesce(settlers.body_name, last_word.body_code),
                last_word.business_date::text
            ]
        else '{}'
    end as settled
from ended
inner join ops.alert as alerts on ended.alert_id = alerts.alert_id
inner join openings on ended.alert_id = openings.alert_id
left join marts.dim_rule as rules on alerts.rule_id = rules.rule_id
left join issue_body on ended.body_code = issue_body.body_code
left join issue_hit on ended.alert_id = issue_hit.alert_id
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
left join lateral (
    select
        events.to_state,
        events.body_code,
        events.business_date
    from ops.alert_event as events
    where
        events.alert_id = ended.alert_id
        and events.actor = 'body'
        and events.to_state is not null
        and events.business_date between openings.opened_on and %(day)s
    order by events.business_date desc, events.event_id desc
    limit 1
) as last_word on true
left join issue_body as settlers on last_word.body_code = settlers.body_code
where not exists (
    select 1
    from ops.alert_route as held
    where
        held.alert_id = ended.alert_id
        and held.body_code = ended.body_code
        and held.ended_on is null
)
order by ended.body_code, alerts.rule_id, alerts.subject_id
