-- The record of the day, quiet ones too.
insert into ops.alert_day (
    business_date, open_alerts, new_alerts, cleared_alerts, bodies_served, bodies_quiet, is_quiet
)
select
    %(day)s,
    count(*) filter (where resolved_on is null),
    count(*) filter (where opened_on = %(day)s),
    count(*) filter (where resolved_on = %(day)s),
    cardinality(%(served)s::text[]),
    (select count(*) from issue_body where body_code <> all(%(served)s::text[])),
    cardinality(%(served)s::text[]) = 0
from ops.alert_opening
