-- Who disposes of and who verifies the alerts of issue_alert on the day.
--
-- Recusal: a body never disposes of or verifies an alert about itself; its parent does, and the
-- parent's parent if need be. A body is concerned itself if the jurisdiction names it as the unit's
-- own body, or if it bears the unit's name. A yellow alert is put right by the unit's own finance
-- staff, whatever the unit is: that is not disposal by a supervising body, and the verifying body
-- is never the unit.
--
-- A red alert that nobody answered in time goes above: the body that would have it is passed over,
-- and the walk to the parents, with its recusals, goes on from there.
truncate issue_route;

insert into issue_route
with recursive alerts as (
    select
        issue_hit.*,
        issue_alert.tier,
        issue_alert.is_sample,
        issue_alert.goes_above
    from issue_alert
    inner join issue_hit on issue_alert.alert_id = issue_hit.alert_id
    where
        (issue_hit.is_pushed and not issue_hit.is_suppressed)
        or issue_alert.is_open
        or issue_alert.is_sample
),

wanted as (
    select
        alerts.alert_id,
        roles.role,
        alerts.own_body_code,
        alerts.short_names,
        roles.role = 'dispose' and alerts.tier = 'yellow' as is_own_staff,
        case when roles.role = 'dispose' and alerts.goes_above then 1 else 0 end as to_pass,
        case
            when roles.role = 'verify' then alerts.verifying_body_code
            when alerts.tier = 'yellow' then alerts.own_body_code
            when alerts.tier = 'orange' then alerts.regulator_body_code
            else alerts.supervision_office_code
        end as body_code
    from alerts
    cross join (values ('dispose'), ('verify')) as roles (role)
    where
        not alerts.is_sample
        or roles.role = 'verify'
),

walk as (
    select
        wanted.alert_id,
        wanted.role,
        wanted.own_body_code,
        wanted.short_names,
        wanted.is_own_staff,
        issue_body.body_code,
        issue_body.body_name,
        issue_body.parent_body_code,
        not wanted.is_own_staff
        and (
            issue_body.body_code = coalesce(wanted.own_body_code, '')
            or (
                issue_body.body_kind <> 'unit'
                and issue_body.short_name = any(wanted.short_names)
            )
        ) as is_recused,
        wanted.to_pass,
        0 as steps
    from wanted
    inner join issue_body on wanted.body_code = issue_body.body_code
    union all
    select
        walk.alert_id,
        walk.role,
        walk.own_body_code,
        walk.short_names,
        walk.is_own_staff,
        parents.body_code,
        parents.body_name,
        parents.parent_body_code,
        parents.body_code = coalesce(walk.own_body_code, '')
        or (
            parents.body_kind <> 'unit'
            and parents.short_name = any(walk.short_names)
        ),
        case when walk.is_recused then walk.to_pass else 0 end,
        walk.steps + 1
    from walk
    inner join issue_body as parents on walk.parent_body_code = parents.body_code
    where
        (walk.is_recused or walk.to_pass > 0)
        and walk.steps < 20
),

chosen as (
    select distinct on (alert_id, role) *
    from walk
    where
        not is_recused
        and to_pass = 0
    order by alert_id, role, steps
),

passed as (
    select *
    from walk
    where
        not is_recused
        and to_pass > 0
)

select
    wanted.alert_id,
    wanted.role,
    coalesce(chosen.body_code, offices.body_code, %(default_code)s) as body_code,
    coalesce(chosen.body_name, offices.body_name, %(default_name)s) as body_name,
    case
        when chosen.steps = 0 and wanted.is_own_staff then %(own_staff)s
        when chosen.steps = 0 then %(by_jurisdiction)s
        when chosen.body_code is not null and passed.body_code is not null then format(
            '%%s逾期未反馈，由其上级办理', passed.body_name
        )
        when passed.body_code is not null then format(
            '%%s逾期未反馈且没有上级，由区纪委监委办理', passed.body_name
        )
        when chosen.steps > 0 then format(
            '回避：事涉%%s自身，由其上级办理', asked.body_name
        )
        when wanted.body_code is null then '没有管辖关系，由默认监督检查室办理'
        when asked.body_code is null then format(
            '主体名册中没有 %%s，由默认监督检查室办理', wanted.body_code
        )
        else format('回避：事涉%%s自身且没有上级，由默认监督检查室办理', asked.body_name)
    end as reason,
    case
        when coalesce(chosen.body_code, passed.body_code) is not null then null
        when wanted.body_code is null then 'no_jurisdiction'
        when asked.body_code is null then 'unknown_body'
        else 'no_independent_body'
    end as problem
from wanted
left join chosen
    on
        wanted.alert_id = chosen.alert_id
        and wanted.role = chosen.role
left join passed
    on
        wanted.alert_id = passed.alert_id
        and wanted.role = passed.role
left join issue_body as asked on wanted.body_code = asked.body_code
left join lateral (
    select
        issue_body.body_code,
        issue_body.body_name
    from issue_body
    where
        issue_body.body_kind = 'supervision_office'
        and issue_body.body_code <> coalesce(wanted.own_body_code, '')
        and issue_body.short_name <> all(wanted.short_names)
    order by issue_body.body_code
    limit 1
) as offices
    on
        chosen.body_code is null
        and wanted.to_pass = 0
