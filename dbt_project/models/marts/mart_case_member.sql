-- One row per case and hit that it gathers: of a systemic problem all of the rule in the units of
-- the regulator, of a small coffer all of the unit that are counted for it.
{{ config(
    indexes=[{'columns': ['case_id']}],
    pre_hook="{{ tell_business_date() }}",
) }}
with hits as (
    select * from {{ ref('fct_rule_hit') }}
),

rules as (
    select * from {{ ref('dim_rule') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

jurisdictions as (
    select * from {{ ref('int_jurisdiction') }}
),

cases as (
    select
        *,
        -- An alert's id is the beginning of its hit's.
        left(hit_id, 16) as case_id
    from hits
    where rule_id in ('LOOP-001', 'SCF-008')
),

candidates as (
    select
        hits.*,
        rules.family,
        rules.name_zh as rule_name,
        coalesce(by_finance.regulator_body_code, by_treasury.regulator_body_code) as regulator
    from hits
    inner join rules on hits.rule_id = rules.rule_id
    left join jurisdictions as by_finance
        on
            by_finance.platform = 'finance'
            and hits.finance_agency_code = by_finance.agency_code
    left join jurisdictions as by_treasury
        on
            by_treasury.platform = 'treasury'
            and hits.treasury_agency_code = by_treasury.agency_code
    where
        rules.status in ('trial', 'fixed')
        and hits.rule_id not in ('LOOP-001', 'SCF-008')
),

gathered as (
    select
        cases.case_id,
        cases.rule_id as case_rule_id,
        cases.first_detected_on as case_from,
        cases.cleared_on as case_to,
        candidates.*
    from cases
    inner join candidates
        on
            split_part(cases.subject_id, ':', 1) = candidates.regulator
            and split_part(cases.subject_id, ':', 2) = candidates.rule_id
    where cases.rule_id = 'LOOP-001'
    union all
    select
        cases.case_id,
        cases.rule_id as case_rule_id,
        cases.first_detected_on as case_from,
        cases.cleared_on as case_to,
        candidates.*
    from cases
    inner join candidates
        on
            cases.finance_agency_code = candidates.finance_agency_code
            or cases.treasury_agency_code = candidates.treasury_agency_code
    where
        cases.rule_id = 'SCF-008'
        and candidates.family in ('SCF', 'PAY', 'CARD', 'INV')
),

final as (
    select
        gathered.case_id,
        gathered.case_rule_id,
        gathered.hit_id,
        gathered.rule_id,
        gathered.rule_name,
        gathered.unit_id,
        units.unit_name,
        gathered.subject_type,
        gathered.subject_id,
        gathered.occurred_on,
        gathered.amount,
        gathered.evidence,
        gathered.first_detected_on,
        gathered.cleared_on,
        gathered.is_open
    from gathered
    left join units on gathered.unit_id = units.unit_id
    where
        -- Open at a time at which the case was.
        (gathered.case_to is null or gathered.first_detected_on < gathered.case_to)
        and (gathered.cleared_on is null or gathered.cleared_on > gathered.case_from)
)

select * from final
