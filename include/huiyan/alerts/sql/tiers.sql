-- The open alerts that are routed, each with the tier it has by now.
truncate issue_alert;

insert into issue_alert
select alert_id, tier from issue_tier
