-- One row per unbroken time in which a rule hit a subject, whichever kind of rule it is.
{{ config(materialized='view') }}
with spells as (
    select * from {{ ref('rule_spell') }}
    union all
    select * from {{ ref('pattern_spell') }}
),

final as (
    select
        spell_id,
        hit_id,
        rule_id,
        rule_version,
        subject_type,
        subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        occurred_on,
        amount,
        base_tier,
        evidence,
        detected_on,
        cleared_on
    from spells
)

select * from final
