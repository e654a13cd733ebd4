-- What is routed: the open alerts, each with the tier it has by now, and the samples.
truncate issue_alert;

insert into issue_alert
select
    alert_id,
    tier,
    true as is_open,
    false as is_sample,
    exists (
        select 1
        from ops.alert_tier_step as steps
        where
            steps.alert_id = issue_tier.alert_id
            and steps.reason_code = 'overdue'
            and steps.from_tier = 'red'
            and steps.business_date >= issue_tier.opened_on
    ) as goes_above
from issue_tier
union all
select
    alert_id,
    base_tier,
    false,
    true,
    false
from ops.alert_sample
where ended_on is null
