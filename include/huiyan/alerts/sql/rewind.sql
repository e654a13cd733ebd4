-- Takes back what the machine wrote for the day and later; what people wrote and what was handed
-- over stays.
delete from ops.alert_event where actor = 'machine' and business_date >= %(day)s;

delete from ops.alert_tier_step where business_date >= %(day)s;

delete from ops.rule_demotion where decided_on >= %(day)s;

delete from ops.alert_route where assigned_on >= %(day)s;

update ops.alert_route set ended_on = null where ended_on >= %(day)s;

delete from ops.alert_opening where opened_on >= %(day)s;

update ops.alert_opening set resolved_on = null where resolved_on >= %(day)s;

delete from ops.alert_day where business_date >= %(day)s;

delete from ops.alert_withheld where withheld_on >= %(day)s;

update ops.alert_withheld set ended_on = null where ended_on >= %(day)s;

delete from ops.alert_sample where drawn_on >= %(day)s;

update ops.alert_sample set ended_on = null where ended_on >= %(day)s;

delete from ops.alert_recurrence where opened_on >= %(day)s;

delete from ops.joint_case_part where since >= %(day)s;

update ops.joint_case_part set ended_on = null where ended_on >= %(day)s
