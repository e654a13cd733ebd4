-- One row per hit, a rule and a subject, with when it was found, last seen and cleared.
{{ config(indexes=[
    {'columns': ['hit_id'], 'unique': true},
    {'columns': ['rule_id', 'is_open']},
    {'columns': ['unit_id']},
]) }}
with spells as (
    select * from {{ ref('fct_rule_hit_spell') }}
),

runs as (
    select * from {{ ref('fct_rule_run') }}
),

-- A day from which on a rule is retired has no run, but ends hits.
rule_days as (
    select rule_id, business_date, status from runs
    union all
    select distinct ended.rule_id, ended.cleared_on as business_date, 'retired' as status
    from spells as ended
    left join runs on ended.rule_id = runs.rule_id and ended.cleared_on = runs.business_date
    where ended.cleared_on is not null and runs.rule_id is null
),

-- A hit that is open on a day on which its rule was evaluated was detected on that day.
hit_days as (
    select
        rule_id,
        business_date,
        max(case when status = 'hit' then business_date end) over (
            partition by rule_id
            order by business_date
            rows between unbounded preceding and 1 preceding
        ) as last_hit_day_before
    from rule_days
),

last_hit_days as (
    select rule_id, max(business_date) as last_hit_day
    from runs
    where status = 'hit'
    group by rule_id
),

ordered as (
    select
        *,
        min(detected_on) over (partition by hit_id) as first_detected_on,
        row_number() over (partition by hit_id order by detected_on desc) as place
    from spells
),

final as (
    select
        ordered.hit_id,
        ordered.rule_id,
        ordered.rule_version,
        ordered.subject_type,
        ordered.subject_id,
        ordered.unit_id,
        ordered.finance_agency_code,
        ordered.treasury_agency_code,
        ordered.occurred_on,
        ordered.amount,
        ordered.base_tier,
        ordered.evidence,
        ordered.first_detected_on,
        case
            when ordered.cleared_on is null then last_hit_days.last_hit_day
            else hit_days.last_hit_day_before
        end as last_detected_on,
        ordered.cleared_on,
        ordered.cleared_on is null as is_open
    from ordered
    left join last_hit_days on ordered.rule_id = last_hit_days.rule_id
    left join hit_days
        on
            ordered.rule_id = hit_days.rule_id
            and ordered.cleared_on = hit_days.business_date
    where ordered.place = 1
)

select * from final
