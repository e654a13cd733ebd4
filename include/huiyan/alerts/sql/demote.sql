-- Rules that the verdicts up to the day put below their floor fall by one status from the next date.
--
-- Only verdicts of the version in force, given since it has had its present status, count: after a
-- demotion, or after a person's decision, a rule is judged anew. The last verdict on an alert
-- counts; an alert handed on as a lead without one is confirmed. Where a person has an entry begin
-- on the next date, that person has decided.
with statuses as (
    select *
    from marts.dim_rule_status
    where
        valid_from <= %(day)s
        and (valid_to is null or valid_to > %(next_day)s)
        and status in ('trial', 'fixed')
),

reviewed as (
    select rule_id, max(valid_from) as reviewed_from
    from reference.rule_status
    where valid_from <= %(day)s
    group by rule_id
),

-- A rule's own value counts before that of ALL.
own_or_all as (
    select distinct on (statuses.rule_id, parameters.parameter)
        statuses.rule_id,
        parameters.parameter,
        parameters.value
    from statuses
    inner join reference.rule_parameters as parameters
        on parameters.rule_id in (statuses.rule_id, 'ALL')
    where
        parameters.parameter in ('precision_floor', 'min_verdicts')
        and parameters.valid_from <= %(day)s
        and (parameters.valid_to is null or parameters.valid_to > %(day)s)
    order by statuses.rule_id, parameters.parameter, parameters.rule_id = 'ALL'
),

limits as (
    select
        rule_id,
        max(value) filter (where parameter = 'precision_floor') as precision_floor,
        max(value) filter (where parameter = 'min_verdicts') as min_verdicts
    from own_or_all
    group by rule_id
),

labels as (
    select distinct on (alert_id, rule_version)
        rule_id,
        rule_version,
        answered_on,
        event = 'transferred' or to_state <> 'not_confirmed' as is_supported
    from staging.stg_supervision__answer
    where
        event in ('verdict', 'transferred')
        and answered_on <= %(day)s
    order by
        alert_id,
        rule_version,
        case event when 'verdict' then 0 else 1 end,
        answered_on desc,
        event_id desc
),

counts as (
    select
        statuses.rule_id,
        count(*) as verdicts,
        count(*) filter (where labels.is_supported) as supported
    from labels
    inner join statuses
        on
            labels.rule_id = statuses.rule_id
            and labels.rule_version = statuses.rule_version
            and labels.answered_on >= statuses.valid_from
    group by statuses.rule_id
)

insert into ops.rule_demotion (
    rule_id, rule_version, from_status, to_status, reviewed_from, decided_on, valid_from, verdicts,
    supported, precision_floor
)
select
    statuses.rule_id,
    statuses.rule_version,
    statuses.status,
    case statuses.status when 'fixed' then 'trial' else 'shadow' end,
    reviewed.reviewed_from,
    %(day)s,
    %(next_day)s,
    counts.verdicts,
    counts.supported,
    limits.precision_floor
from statuses
inner join reviewed on statuses.rule_id = reviewed.rule_id
inner join counts on statuses.rule_id = counts.rule_id
inner join limits on statuses.rule_id = limits.rule_id
where
    counts.verdicts >= limits.min_verdicts
    and counts.supported < limits.precision_floor * counts.verdicts
