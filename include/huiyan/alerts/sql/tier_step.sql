-- One step up for one reason, once while the alert is open, never above red.
-- That somebody complained is written nowhere that a unit could read: rows.sql says it to others.
with complained_about as (
    select distinct
        platform,
        agency_code
    from staging.stg_petition__complaint
    where
        status = 'open'
        and received_on <= %(day)s
        and valid_from <= %(day)s
        and (valid_to is null or valid_to > %(day)s)
),

recurrences as (
    select
        subject_id as hit_id,
        evidence ->> 'closed_on' as closed_on,
        evidence ->> 'days_since_closing' as days_since_closing
    from issue_spell
    where
        rule_id = 'LOOP-002'
        and is_pushed
),

tiers as (
    select
        issue_tier.alert_id,
        issue_tier.tier,
        issue_tier.due_on,
        case %(reason_code)s
            when 'amount' then format(
                '金额 %%s 元，超过升级线 %%s 元',
                to_char(issue_hit.amount, 'FM999,999,999,999,999,990.00'),
                to_char(issue_hit.amount_step, 'FM999,999,999,999,999,990.00')
            )
            when 'complaint' then '综合研判，上调一级'
            when 'recurrence' then format(
                '办结后再次发生：同类疑点经核实属实，%%s 办结，%%s 天后又出现',
                recurrences.closed_on,
                recurrences.days_since_closing
            )
            else format(
                '同一对象命中 %%s 条规则：%%s', issue_hit.rules_on_subject, issue_hit.rule_names
            )
        end as reason
    from issue_tier
    inner join issue_hit on issue_tier.alert_id = issue_hit.alert_id
    left join recurrences on issue_hit.hit_id = recurrences.hit_id
    where
        not issue_hit.is_held
        and case %(reason_code)s
            when 'amount' then issue_hit.amount > issue_hit.amount_step
            when 'complaint' then exists (
                select 1
                from complained_about
                where
                    complained_about.agency_code = case complained_about.platform
                        when 'finance' then issue_hit.finance_agency_code
                        else issue_hit.treasury_agency_code
                    end
            )
            when 'recurrence' then recurrences.hit_id is not null
            else issue_hit.rules_on_subject >= 3
        end
        and not exists (
            select 1
            from ops.alert_tier_step as taken
            where
                taken.alert_id = issue_tier.alert_id
                and taken.reason_code = %(reason_code)s
                and taken.business_date >= issue_tier.opened_on
        )
),

steps as (
    insert into ops.alert_tier_step (
        alert_id, reason_code, from_tier, to_tier, reason, business_date, due_on
    )
    select
        alert_id,
        %(reason_code)s,
        tier,
        case tier when 'yellow' then 'orange' else 'red' end,
        reason,
        %(day)s,
        -- Never later than before, unless its time was over already.
        least(
            case tier when 'yellow' then %(due_orange)s::date else %(due_red)s::date end,
            case when due_on >= %(day)s then due_on end
        )
    from tiers
    where tier <> 'red'
    returning *
)

insert into ops.alert_event (alert_id, event, actor, detail, business_date)
select
    alert_id,
    'tier_raised',
    'machine',
    jsonb_build_object('reason', reason_code, 'from', from_tier, 'to', to_tier),
    %(day)s
from steps
