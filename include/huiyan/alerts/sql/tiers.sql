-- The tier every open alert has by now.
truncate issue_alert;

insert into issue_alert
select
    openings.alert_id,
    coalesce(last_step.to_tier, openings.base_tier) as tier
from ops.alert_opening as openings
left join lateral (
    select steps.to_tier
    from ops.alert_tier_step as steps
    where
        steps.alert_id = openings.alert_id
        and steps.business_date >= openings.opened_on
    order by array_position(array['yellow', 'orange', 'red'], steps.to_tier) desc
    limit 1
) as last_step on true
where openings.resolved_on is null
