-- What every body that is one of the register is told of its joint cases on the day: all that stand,
-- those that ended on it, and those that an extract already handed over for it named in vain.
with parts as (
    select distinct on (body_code, case_id)
        body_code,
        case_id,
        since,
        ended_on,
        said
    from ops.joint_case_part
    where
        body_code is not null
        and (ended_on is null or ended_on = %(day)s)
    order by body_code, case_id, ended_on nulls first, since desc, department
),

handed as (
    select distinct on (deliveries.body_code, cases.said ->> 'case_id')
        deliveries.body_code,
        cases.said ->> 'case_id' as case_id,
        deliveries.business_date as since,
        deliveries.business_date as ended_on,
        cases.said
    from ops.delivery as deliveries
    cross join lateral jsonb_array_elements(deliveries.content -> 'joint') as cases (said)
    where
        deliveries.business_date = %(day)s
        and deliveries.state = 'delivered'
        and not exists (
            select 1
            from parts
            where
                parts.body_code = deliveries.body_code
                and parts.case_id = cases.said ->> 'case_id'
        )
    order by deliveries.body_code, cases.said ->> 'case_id', deliveries.delivery_id desc
),

told as (
    select
        named.*,
        case
            when named.ended_on is not null then 'ended'
            when named.since < %(day)s then 'standing'
            when exists (
                select 1
                from ops.joint_case_part as earlier
                where
                    earlier.body_code = named.body_code
                    and earlier.case_id = named.case_id
                    and earlier.ended_on = %(day)s
            ) then 'changed'
            else 'new'
        end as standing
    from (
        select * from parts
        union all
        select * from handed
    ) as named
)

select
    told.body_code,
    coalesce(issue_body.body_name, told.said ->> 'body_name', told.body_code) as body_name,
    told.case_id,
    told.standing,
    told.said ->> 'role' as role,
    coalesce(told.said ->> 'unit_name', told.said ->> 'unit_id') as unit_name,
    coalesce(told.said ->> 'matter_name', told.said ->> 'matter_class', '') as matter_name,
    (told.said ->> 'period_from')::date as period_from,
    (told.said ->> 'period_to')::date as period_to,
    told.said ->> 'own_findings' as own_findings,
    told.said ->> 'own_alerts' as own_alerts,
    told.said ->> 'others_found' as others_found,
    (told.said ->> 'is_asked')::boolean as is_asked,
    (told.said ->> 'is_conclusion_reusable')::boolean as is_conclusion_reusable,
    told.said ->> 'conclusion' as conclusion,
    told.said ->> 'concluded_by_name' as concluded_by_name,
    (told.said ->> 'concluded_on')::date as concluded_on,
    told.said ->> 'document_no' as document_no
from told
left join issue_body on told.body_code = issue_body.body_code
order by
    told.body_code,
    array_position(array['new', 'changed', 'standing', 'ended'], told.standing),
    unit_name,
    matter_name,
    period_from,
    told.case_id
