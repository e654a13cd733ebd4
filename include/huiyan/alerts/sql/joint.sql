-- Keeps what each body sees of the joint cases of the day: what has changed ends and begins anew.
with parts as materialized (
    select * from intermediate.int_joint_part
),

members as materialized (
    select
        members.*,
        departments.name_zh as department_name,
        coalesce(rules.name_zh, members.rule_id) as rule_name,
        to_char(members.amount, 'FM999,999,999,999,999,990.00') as amount_text
    from intermediate.int_joint_member as members
    inner join reference.joint_department as departments
        on members.department = departments.department
    left join marts.dim_rule as rules on members.rule_id = rules.rule_id
),

answers_for as materialized (
    select distinct body_code, department
    from intermediate.int_matter_body
    where body_code is not null
),

found_by_others as (
    select
        parts.case_id,
        parts.department,
        parts.body_code,
        string_agg(
            format(
                '%%s：%%s（%%s 至 %%s%%s）%%s',
                members.department_name,
                members.finding,
                members.starts_on,
                members.ends_on,
                '，' || members.amount_text || ' 元',
                '。结论：' || members.conclusion
            ),
            e'\n' order by members.department, members.starts_on, members.member_id
        ) as findings
    from parts
    inner join members on parts.case_id = members.case_id
    where
        members.member_kind = 'finding'
        and members.department <> parts.department
        and not exists (
            select 1
            from answers_for
            where
                answers_for.body_code = parts.body_code
                and answers_for.department = members.department
        )
    group by parts.case_id, parts.department, parts.body_code
),

own_alerts as (
    select
        case_id,
        department,
        body_code,
        unnest(string_to_array(own_alerts, '、')) as alert_id
    from parts
),

rules_of_others as (
    select
        parts.case_id,
        parts.department,
        parts.body_code,
        members.rule_name,
        count(*) as alerts,
        sum(members.amount) as amount
    from parts
    inner join members on parts.case_id = members.case_id
    left join own_alerts
        on
            parts.case_id = own_alerts.case_id
            and parts.department = own_alerts.department
            and parts.body_code is not distinct from own_alerts.body_code
            and members.member_id = own_alerts.alert_id
    where
        members.member_kind = 'alert'
        and own_alerts.alert_id is null
    group by parts.case_id, parts.department, parts.body_code, members.rule_name
),

alerts_of_others as (
    select
        case_id,
        department,
        body_code,
        format(
            '监督预警 %%s 条：%%s%%s',
            sum(alerts),
            string_agg(format('%%s %%s 条', rule_name, alerts), '、' order by rule_name),
            '，' || to_char(sum(amount), 'FM999,999,999,999,999,990.00') || ' 元'
        ) as alerts
    from rules_of_others
    group by case_id, department, body_code
),

wanted as (
    select
        parts.case_id,
        parts.department,
        parts.body_code,
        to_jsonb(parts) - '{case_id,department,body_code}'::text[]
        || jsonb_build_object(
            'others_found',
            nullif(concat_ws(e'\n', found_by_others.findings, alerts_of_others.alerts), ''),
            'concluded_by_name',
            departments.name_zh
        ) as said
    from parts
    left join found_by_others
        on
            parts.case_id = found_by_others.case_id
            and parts.department = found_by_others.department
            and parts.body_code is not distinct from found_by_others.body_code
    left join alerts_of_others
        on
            parts.case_id = alerts_of_others.case_id
            and parts.department = alerts_of_others.department
            and parts.body_code is not distinct from alerts_of_others.body_code
    left join reference.joint_department as departments
        on parts.concluded_by = departments.department
),

ended as (
    update ops.joint_case_part as held
    set ended_on = %(day)s
    where
        held.ended_on is null
        and not exists (
            select 1
            from wanted
            where
                wanted.case_id = held.case_id
                and wanted.department = held.department
                and wanted.body_code is not distinct from held.body_code
                and wanted.said = held.said
        )
)

insert into ops.joint_case_part (case_id, department, body_code, since, said)
select
    wanted.case_id,
    wanted.department,
    wanted.body_code,
    %(day)s,
    wanted.said
from wanted
where not exists (
    select 1
    from ops.joint_case_part as held
    where
        held.case_id = wanted.case_id
        and held.department = wanted.department
        and held.body_code is not distinct from wanted.body_code
        and held.said = wanted.said
        and held.ended_on is null
)
