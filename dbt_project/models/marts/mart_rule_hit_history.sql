-- One row per unbroken time of a hit: which version of its rule found it, and why it ended.
{{ config(materialized='view') }}
with spells as (
    select * from {{ ref('fct_rule_hit_spell') }}
),

runs as (
    select * from {{ ref('fct_rule_run') }}
),

seen as (
    select
        spells.*,
        (
            select max(runs.business_date)
            from runs
            where
                runs.rule_id = spells.rule_id
                and runs.status = 'hit'
                and (spells.cleared_on is null or runs.business_date < spells.cleared_on)
        ) as last_detected_on
    from spells
),

final as (
    select
        seen.hit_id,
        seen.rule_id,
        seen.subject_type,
        seen.subject_id,
        seen.detected_on,
        seen.rule_version,
        seen.last_detected_on,
        last_run.rule_version as last_rule_version,
        seen.cleared_on,
        case
            when seen.cleared_on is null then null
            when end_run.rule_id is null then 'retired'
            when end_run.rule_version != last_run.rule_version then 'new_version'
            when end_run.parameters != last_run.parameters then 'new_thresholds'
            else 'gone'
        end as cleared_because
    from seen
    left join runs as last_run
        on
            seen.rule_id = last_run.rule_id
            and seen.last_detected_on = last_run.business_date
    left join runs as end_run
        on
            seen.rule_id = end_run.rule_id
            and seen.cleared_on = end_run.business_date
)

select * from final
