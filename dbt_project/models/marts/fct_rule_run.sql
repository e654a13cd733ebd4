-- One row per evaluated business date and rule not retired on it: the ledger of what was looked at.
{{ config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['rule_id', 'business_date'],
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ rewind_rows('business_date') }}",
    indexes=[{'columns': ['rule_id', 'business_date'], 'unique': true}],
) }}
with days as (
    select * from {{ ref('rule_day') }}
    union all
    select * from {{ ref('pattern_day') }}
),

rules as (
    select rule_id, rule_version from {{ ref('dim_rule') }}
),

-- Which parameters each rule reads, by name; a shared or another's has its owner in front.
named as (
    select
        meta.rule_id,
        names.name
    from {{ ref('rule_meta') }} as meta
    cross join lateral string_to_table(meta.parameters, ',') as names (name)
),

declared as (
    select
        rule_id,
        name,
        case when {{ contains('name', "'.'") }} then split_part(name, '.', 1) else rule_id end
            as owner,
        split_part(name, '.', -1) as parameter
    from named
),

parameters as (
    select declared.rule_id, jsonb_object_agg(declared.name, seed.value) as parameters
    from declared
    inner join {{ ref('rule_parameters') }} as seed
        on
            declared.owner = seed.rule_id
            and declared.parameter = seed.parameter
    where {{ in_force('seed') }}
    group by declared.rule_id
),

spells as (
    select * from {{ ref('fct_rule_hit_spell') }}
),

changes as (
    select
        rule_id,
        sum(case when detected_on = {{ business_date() }} then 1 else 0 end) as new_hits,
        sum(case when cleared_on = {{ business_date() }} then 1 else 0 end) as cleared_hits
    from spells
    group by rule_id
),

final as (
    select
        days.rule_id,
        {{ business_date() }} as business_date,
        days.status,
        days.population,
        days.hits,
        cast(coalesce(changes.new_hits, 0) as bigint) as new_hits,
        cast(coalesce(changes.cleared_hits, 0) as bigint) as cleared_hits,
        rules.rule_version,
        coalesce(parameters.parameters, '{}') as parameters
    from days
    inner join rules on days.rule_id = rules.rule_id
    left join changes on days.rule_id = changes.rule_id
    left join parameters on days.rule_id = parameters.rule_id
)

select * from final
