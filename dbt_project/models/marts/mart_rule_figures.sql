-- One row per rule: its figures as of the latest evaluated business date.
{{ config(materialized='view') }}
with runs as (
    select * from {{ ref('fct_rule_run') }}
),

spells as (
    select * from {{ ref('fct_rule_hit_spell') }}
),

latest as (
    select max(business_date) as as_of from runs
),

rules as (
    select
        rule_id,
        max(business_date) as last_run_on,
        max(case when status = 'hit' then business_date end) as last_hit_on
    from runs
    group by rule_id
),

found as (
    select
        spells.rule_id,
        count(distinct spells.hit_id) as hits_ever,
        min(spells.detected_on) as first_hit_on,
        sum(case when spells.cleared_on is null then 1 else 0 end) as open_hits,
        count(distinct case when spells.cleared_on is null then spells.unit_id end) as open_units,
        sum(case when spells.cleared_on is null then spells.amount end) as open_amount,
        count(
            case when {{ days_between('latest.as_of', 'spells.detected_on') }} < 30 then 1 end
        ) as new_hits_30_days,
        count(
            case when {{ days_between('latest.as_of', 'spells.cleared_on') }} < 30 then 1 end
        ) as cleared_hits_30_days
    from spells
    cross join latest
    group by spells.rule_id
),

final as (
    select
        rules.rule_id,
        latest.as_of,
        rules.last_run_on,
        runs.status as last_run_status,
        runs.population,
        cast(coalesce(found.open_hits, 0) as bigint) as open_hits,
        cast(coalesce(found.open_units, 0) as bigint) as open_units,
        cast(found.open_amount as numeric(18, 2)) as open_amount,
        cast(coalesce(found.new_hits_30_days, 0) as bigint) as new_hits_30_days,
        cast(coalesce(found.cleared_hits_30_days, 0) as bigint) as cleared_hits_30_days,
        cast(coalesce(found.hits_ever, 0) as bigint) as hits_ever,
        found.first_hit_on,
        rules.last_hit_on
    from rules
    cross join latest
    inner join runs
        on
            rules.rule_id = runs.rule_id
            and rules.last_run_on = runs.business_date
    left join found on rules.rule_id = found.rule_id
)

select * from final
