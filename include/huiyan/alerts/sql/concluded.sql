-- Conclusions of other departments on what an alert is about, for the bodies that have it and take
-- part in its joint case: the unit itself is none of them.
select
    parts.body_code,
    concluded.alert_id,
    concluded.department_name,
    concluded.conclusion,
    concluded.concluded_on,
    concluded.document_no
from intermediate.int_concluded_alert as concluded
inner join ops.joint_case_part as parts
    on concluded.alert_id = any(string_to_array(parts.said ->> 'own_alerts', '、'))
where
    parts.ended_on is null
    and parts.body_code is not null
    and (parts.said ->> 'is_conclusion_reusable')::boolean
