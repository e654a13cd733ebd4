-- The rows of every body's extract for the day, in the order in which they are shown.
-- STAT-001 raises others and is never pushed alone: among alerts of one tier and one due date those
-- come first whose unit's account set deviates most in the year in which they occurred: by what is
-- beyond chance, or account sets with few amounts would always come first.
with digits as (
    select distinct on (spells.unit_id, fiscal_year)
        spells.unit_id,
        cast(split_part(spells.subject_id, ':', -1) as integer) as fiscal_year,
        beyond_chance.deviation,
        spells.evidence ->> 'common_digits' as common_digits
    from issue_spell as spells
    inner join marts.dim_rule_status as life
        on
            spells.rule_id = life.rule_id
            and life.valid_from <= %(day)s
            and (life.valid_to is null or life.valid_to > %(day)s)
    cross join lateral (
        select
            cast(spells.evidence ->> 'deviation_per_million' as bigint)
            - coalesce(cast(spells.evidence ->> 'chance_deviation_per_million' as bigint), 0)
                as deviation
    ) as beyond_chance
    where
        spells.rule_id = 'STAT-001'
        and spells.subject_type = 'acct_set_year'
        and life.status <> 'draft'
        and beyond_chance.deviation > 0
    order by spells.unit_id, fiscal_year, beyond_chance.deviation desc, spells.subject_id
)

select
    routes.body_code,
    coalesce(issue_body.body_name, routes.body_name) as body_name,
    openings.alert_id,
    routes.role,
    routes.assigned_on = %(day)s or openings.opened_on = %(day)s as is_new,
    coalesce(raised.tier, openings.base_tier) as tier,
    alerts.rule_id,
    rules.name_zh as rule_name,
    coalesce(openings.unit_name, openings.unit_id, '') as unit_name,
    openings.finance_agency_code,
    openings.treasury_agency_code,
    alerts.subject_type,
    alerts.subject_id,
    openings.occurred_on,
    openings.amount,
    coalesce(raised.due_on, openings.due_on) as due_on,
    coalesce(
        answered.to_state,
        case
            when openings.opened_on < %(day)s then 'delivered'
            when earlier.alert_id is null and recurrences.alert_id is null then 'open'
            else 'reopened'
        end
    ) as state,
    openings.evidence::text as evidence,
    rules.what_to_check,
    rules.legal_basis,
    rules.close_out_standard,
    string_to_array(coalesce(rules.close_out_needs, ''), ',') as close_out_needs,
    cast(
        (openings.evidence || jsonb_build_object('amount', openings.amount))
        ->> rules.least_recovery as numeric(18, 2)
    ) as least_recovery,
    coalesce(raised.reasons, '{}') as tier_reasons,
    rules.description,
    openings.opened_on,
    array_remove(
        array[
            case when overdue.reminded_on = %(day)s then 'reminded' end,
            case when overdue.escalated_on = %(day)s then 'escalated' end,
            case when recurrences.opened_on = %(day)s then 'recurred' end
        ],
        null
    ) as marks,
    array_remove(
        array[
            case
                when
                    coalesce(answered.to_state, '') <> all(%(answers)s)
                    and coalesce(raised.due_on, openings.due_on) < %(day)s
                    then format(
                        '已过办理期限 %%s，请尽快反馈。', coalesce(raised.due_on, openings.due_on)
                    )
            end,
            case
                when
                    overdue.escalated_on is not null
                    and strpos(routes.reason, '逾期未反馈') = 0
                    then '前一办理单位逾期未反馈，已升级办理。'
            end,
            case
                when recurrences.alert_id is not null
                    then format(
                        '整改复查期内同类问题再次出现：前次预警 %%s 于 %%s 销号。',
                        recurrences.former_alert_id,
                        recurrences.former_closed_on
                    )
            end,
            case
                when routes.role = 'verify' and digits.common_digits is not null
                    then format(
                        '供抽查参考：该单位账套 %%s 年金额首两位数字分布异常，偏多的是 %%s。',
                        digits.fiscal_year,
                        digits.common_digits
                    )
            end
        ],
        null
    ) as notices,
    -- Who has an alert that the jurisdiction or its tier gives to another body is told why.
    case
        when routes.reason in (%(own_staff)s, %(by_jurisdiction)s) then ''
        else routes.reason
    end as rerouted,
    case when cleared.because = 'gone' then cleared.cleared_on end as cleared_on
from ops.alert_route as routes
inner join ops.alert_opening as openings
    on
        routes.alert_id = openings.alert_id
        and openings.resolved_on is null
inner join ops.alert as alerts on openings.alert_id = alerts.alert_id
inner join marts.dim_rule as rules on alerts.rule_id = rules.rule_id
left join issue_body on routes.body_code = issue_body.body_code
left join issue_hit on openings.alert_id = issue_hit.alert_id
left join lateral (
    select
        (array['yellow', 'orange', 'red'])[
            max(array_position(array['yellow', 'orange', 'red'], steps.to_tier))
        ] as tier,
        (
            array_agg(
                steps.due_on
                order by
                    array_position(array['yellow', 'orange', 'red'], steps.to_tier) desc,
                    steps.business_date desc
            )
        )[1] as due_on,
        array_agg(
            -- The unit itself never learns of a complaint; in doubt a body is taken for the unit.
            case
                when
                    steps.reason_code = 'complaint'
                    and issue_body.body_kind <> 'unit'
                    and issue_body.body_code <> coalesce(issue_hit.own_body_code, '')
                    and issue_body.short_name <> all(issue_hit.short_names)
                    then '该单位有未办结信访件'
                else steps.reason
            end
            order by steps.business_date, array_position(
                array['yellow', 'orange', 'red'], steps.to_tier
            )
        ) as reasons
    from ops.alert_tier_step as steps
    where
        steps.alert_id = openings.alert_id
        and steps.business_date >= openings.opened_on
) as raised on true
left join issue_last_word as answered on openings.alert_id = answered.alert_id
left join lateral (
    select former.alert_id
    from ops.alert_opening as former
    where
        former.alert_id = openings.alert_id
        and former.opened_on < openings.opened_on
    limit 1
) as earlier on true
left join lateral (
    select
        max(events.business_date) filter (where events.event = 'reminded') as reminded_on,
        max(events.business_date) filter (where events.event = 'escalated') as escalated_on
    from ops.alert_event as events
    where
        events.alert_id = openings.alert_id
        and events.event in ('reminded', 'escalated')
        and events.business_date >= openings.opened_on
) as overdue on true
left join ops.alert_recurrence as recurrences
    on
        openings.alert_id = recurrences.alert_id
        and openings.opened_on = recurrences.opened_on
left join lateral (
    select
        hits.cleared_on,
        coalesce(hits.cleared_because, 'gone') as because
    from marts.mart_rule_hit_history as hits
    where
        issue_hit.is_held
        and alerts.rule_id = hits.rule_id
        and alerts.subject_id = hits.subject_id
        and hits.cleared_on <= %(day)s
    order by hits.detected_on desc
    limit 1
) as cleared on true
left join digits
    on
        openings.unit_id = digits.unit_id
        and extract(year from openings.occurred_on) = digits.fiscal_year
where routes.ended_on is null
order by
    routes.body_code,
    is_new desc,
    array_position(array['red', 'orange', 'yellow'], coalesce(raised.tier, openings.base_tier)),
    coalesce(raised.due_on, openings.due_on),
    digits.deviation desc nulls last,
    alerts.rule_id,
    alerts.subject_id,
    routes.role
