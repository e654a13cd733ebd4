{#-
    The body of a model that keeps hits as spells: one row per unbroken time in which a rule hit a
    subject, as it was when it was first detected. `results` is what the rules found on the business
    date, `days` says which of them could be evaluated.
-#}
{% macro spells(results, days) -%}
with results as (
    select * from {{ ref(results) }} where subject_id is not null
),

days as (
    select * from {{ ref(days) }} where is_evaluated
),

rules as (
    select * from {{ ref('rule_meta') }}
),

open_spells as (
    {% if is_incremental() -%}
    select * from {{ this }} where cleared_on is null
    {%- else -%}
    select cast(null as text) as rule_id, cast(null as text) as subject_id where false
    {%- endif %}
),

found as (
    select
        {{ hash_id(['results.rule_id', 'results.subject_id', business_date()]) }} as spell_id,
        {{ hash_id(['results.rule_id', 'results.subject_id']) }} as hit_id,
        results.rule_id,
        rules.rule_version,
        results.subject_type,
        results.subject_id,
        results.unit_id,
        results.finance_agency_code,
        results.treasury_agency_code,
        results.occurred_on,
        results.amount,
        coalesce(results.base_tier, rules.base_tier) as base_tier,
        results.evidence,
        {{ business_date() }} as detected_on,
        cast(null as date) as cleared_on
    from results
    inner join days on results.rule_id = days.rule_id
    inner join rules on results.rule_id = rules.rule_id
    left join open_spells
        on
            results.rule_id = open_spells.rule_id
            and results.subject_id = open_spells.subject_id
    where open_spells.rule_id is null
),
{% if is_incremental() %}
gone as (
    select
        open_spells.spell_id,
        open_spells.hit_id,
        open_spells.rule_id,
        open_spells.rule_version,
        open_spells.subject_type,
        open_spells.subject_id,
        open_spells.unit_id,
        open_spells.finance_agency_code,
        open_spells.treasury_agency_code,
        open_spells.occurred_on,
        open_spells.amount,
        open_spells.base_tier,
        open_spells.evidence,
        open_spells.detected_on,
        {{ business_date() }} as cleared_on
    from open_spells
    left join rules on open_spells.rule_id = rules.rule_id
    left join days on open_spells.rule_id = days.rule_id
    left join results
        on
            open_spells.rule_id = results.rule_id
            and open_spells.subject_id = results.subject_id
    where
        -- A rule that is retired, or gone from the library, is not evaluated: its hits end.
        coalesce(rules.status, 'retired') = 'retired'
        or (days.rule_id is not null and results.rule_id is null)
),
{% endif %}
final as (
    select * from found
    {% if is_incremental() -%}
    union all
    select * from gone
    {%- endif %}
)

select * from final
{%- endmacro %}
