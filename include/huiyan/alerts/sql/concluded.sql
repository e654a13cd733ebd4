-- The latest conclusion of another department on what an alert is about, for the bodies that have it
-- and take part in its joint case: the unit itself is none of them. A body may answer for several
-- departments, none of which is another one to it.
select distinct on (parts.body_code, concluded.alert_id)
    parts.body_code,
    concluded.alert_id,
    concluded.department_name,
    concluded.conclusion,
    concluded.concluded_on,
    concluded.document_no
from ops.joint_case_part as parts
cross join lateral unnest(string_to_array(parts.said ->> 'own_alerts', '、')) as own (alert_id)
inner join intermediate.int_concluded_alert as concluded on own.alert_id = concluded.alert_id
where
    parts.ended_on is null
    and parts.body_code is not null
    and (parts.said ->> 'is_conclusion_reusable')::boolean
    and concluded.department <> parts.department
    and not exists (
        select 1
        from intermediate.int_matter_body as answers_for
        where
            answers_for.body_code = parts.body_code
            and answers_for.department = concluded.department
    )
order by
    parts.body_code,
    concluded.alert_id,
    concluded.concluded_on desc,
    concluded.finding_no
