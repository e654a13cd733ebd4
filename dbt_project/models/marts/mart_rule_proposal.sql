-- What the verdicts propose and a person decides: promotions, exceptions, changes of a rule.
{{ config(materialized='view') }}
with answers as (
    select * from {{ ref('stg_supervision__answer') }}
),

labels as (
    {{ verdict_labels('answers') }}
),

latest as (
    select max(business_date) as as_of from {{ ref('fct_rule_run') }}
),

subjects as (
    select alert_id, rule_version, min(subject_id) as subject_id, max(unit_id) as unit_id
    from answers
    group by alert_id, rule_version
),

exceptions as (
    select * from {{ ref('alert_suppression') }}
),

parameters as (
    select seed.*
    from {{ ref('rule_parameters') }} as seed
    inner join latest
        on
            seed.valid_from <= latest.as_of
            and (seed.valid_to is null or seed.valid_to > latest.as_of)
    where seed.parameter in ('promotion_floor', 'min_verdicts')
),

statuses as (
    select
        life.rule_id,
        life.rule_version,
        life.status,
        life.valid_from,
        coalesce(own_floor.value, shared_floor.value) as promotion_floor,
        coalesce(own_enough.value, shared_enough.value) as min_verdicts
    from {{ ref('dim_rule_status') }} as life
    inner join latest
        on
            life.valid_from <= latest.as_of
            and (life.valid_to is null or life.valid_to > latest.as_of)
    left join parameters as own_floor
        on life.rule_id = own_floor.rule_id and own_floor.parameter = 'promotion_floor'
    left join parameters as shared_floor
        on shared_floor.rule_id = 'ALL' and shared_floor.parameter = 'promotion_floor'
    left join parameters as own_enough
        on life.rule_id = own_enough.rule_id and own_enough.parameter = 'min_verdicts'
    left join parameters as shared_enough
        on shared_enough.rule_id = 'ALL' and shared_enough.parameter = 'min_verdicts'
    where life.status in ('shadow', 'trial')
),

since as (
    select labels.*, statuses.status, statuses.promotion_floor, statuses.min_verdicts
    from statuses
    inner join labels
        on
            statuses.rule_id = labels.rule_id
            and statuses.rule_version = labels.rule_version
            and statuses.valid_from <= labels.answered_on
),

counted as (
    {{ precision_of_labels(
        'since', ['rule_id', 'rule_version', 'status', 'promotion_floor', 'min_verdicts']
    ) }}
),

policies as (
    select
        labels.rule_id,
        labels.rule_version,
        labels.alert_id,
        labels.reason,
        labels.answered_on,
        subjects.subject_id,
        subjects.unit_id
    from labels
    inner join subjects
        on
            labels.alert_id = subjects.alert_id
            and labels.rule_version = subjects.rule_version
    where labels.reason in ('exception_approved', 'change_rule')
),

final as (
    select
        'promote' as kind,
        rule_id,
        rule_version,
        cast(null as text) as alert_id,
        cast(null as text) as subject_id,
        cast(null as text) as unit_id,
        case status when 'shadow' then 'trial' else 'fixed' end as proposed_status,
        verdicts,
        precision,
        precision_low,
        last_verdict_on as proposed_on
    from counted
    where verdicts >= min_verdicts and precision_low >= promotion_floor
    union all
    select
        case reason when 'change_rule' then 'change' else 'except' end as kind,
        rule_id,
        rule_version,
        alert_id,
        subject_id,
        unit_id,
        null as proposed_status,
        null as verdicts,
        null as precision,
        null as precision_low,
        answered_on as proposed_on
    from policies
    where
        reason = 'change_rule'
        or not exists (
            select 1
            from exceptions
            where
                exceptions.rule_id = policies.rule_id
                and coalesce(exceptions.subject_id, exceptions.unit_id) is not null
                and coalesce(exceptions.subject_id, policies.subject_id) = policies.subject_id
                and coalesce(exceptions.unit_id, policies.unit_id, '')
                = coalesce(policies.unit_id, '')
                and (
                    exceptions.valid_to is null
                    or exceptions.valid_to > policies.answered_on
                )
        )
)

select * from final
