-- One row per problem that an inspection found: is it due, is it closed, is it elsewhere too?
{{ config(pre_hook="{{ tell_business_date() }}") }}
with problems as (
    select * from {{ ref('int_rectification') }}
),

classes as (
    select * from {{ ref('matter_class') }}
),

standards as (
    select * from {{ ref('closure_standard') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

jurisdictions as (
    select * from {{ ref('int_jurisdiction') }}
),

class_hits as (
    select
        open_hits.unit_id,
        open_hits.occurred_on,
        rule_classes.matter_class
    from {{ ref('pattern_open_hit') }} as open_hits
    inner join {{ ref('rule_matter_class') }} as rule_classes
        on open_hits.rule_id = rule_classes.rule_id
    where open_hits.unit_id is not null
),

unit_hits as (
    select
        unit_id,
        matter_class,
        count(*) as open_hits
    from class_hits
    group by unit_id, matter_class
),

hits_after_claim as (
    select
        problems.problem_no,
        count(*) as hits
    from problems
    inner join class_hits
        on
            problems.unit_id = class_hits.unit_id
            and problems.problem_class = class_hits.matter_class
            and problems.claimed_closed_on < class_hits.occurred_on
    group by problems.problem_no
),

-- The finance platform's jurisdiction counts first.
regulated as (
    select
        units.unit_id,
        units.unit_name,
        coalesce(by_finance.regulator_body_code, by_treasury.regulator_body_code)
            as regulator_body_code
    from units
    left join jurisdictions as by_finance
        on
            by_finance.platform = 'finance'
            and units.finance_agency_code = by_finance.agency_code
    left join jurisdictions as by_treasury
        on
            by_treasury.platform = 'treasury'
            and units.treasury_agency_code = by_treasury.agency_code
),

peers as (
    select
        regulator_body_code,
        count(*) as units
    from regulated
    where regulator_body_code is not null
    group by regulator_body_code
),

elsewhere as (
    select
        problems.problem_no,
        count(*) as unit_count,
        {{ joined_list('regulated.unit_name', 'unit_hits.open_hits desc, regulated.unit_id', 100) }}
            as unit_names
    from problems
    inner join regulated on problems.regulator_body_code = regulated.regulator_body_code
    inner join unit_hits
        on
            regulated.unit_id = unit_hits.unit_id
            and problems.problem_class = unit_hits.matter_class
    where regulated.unit_id != coalesce(problems.unit_id, '')
    group by problems.problem_no
),

final as (
    select
        problems.problem_no,
        {{ business_date() }} as business_date,
        problems.inspection_round,
        problems.unit_id,
        problems.unit_name,
        problems.regulator_body_code,
        problems.problem_class,
        coalesce(classes.name_zh, problems.problem_class) as problem_class_name,
        problems.problem,
        problems.measure,
        problems.found_on,
        problems.due_on,
        problems.claimed_closed_on,
        case
            when hits_after_claim.hits > 0 then 'contradicted'
            when problems.claimed_closed_on is not null then 'claimed'
            when problems.due_on < {{ business_date() }} then 'overdue'
            else 'open'
        end as state,
        case
            when problems.claimed_closed_on is null and problems.due_on < {{ business_date() }}
                then {{ days_between(business_date(), 'problems.due_on') }}
            when problems.claimed_closed_on > problems.due_on
                then {{ days_between('problems.claimed_closed_on', 'problems.due_on') }}
            else 0
        end as days_late,
        standards.standard as closure_standard,
        standards.proof as closure_proof,
        standards.verified as closure_standard_verified,
        coalesce(unit_hits.open_hits, 0) as open_hits,
        coalesce(hits_after_claim.hits, 0) as hits_after_claim,
        coalesce(elsewhere.unit_count, 0) as same_problem_units,
        elsewhere.unit_names as same_problem_unit_names,
        coalesce(peers.units, 0) as regulated_units
    from problems
    left join classes on problems.problem_class = classes.matter_class
    left join standards on problems.problem_class = standards.problem_class
    left join unit_hits
        on
            problems.unit_id = unit_hits.unit_id
            and problems.problem_class = unit_hits.matter_class
    left join hits_after_claim on problems.problem_no = hits_after_claim.problem_no
    left join elsewhere on problems.problem_no = elsewhere.problem_no
    left join peers on problems.regulator_body_code = peers.regulator_body_code
)

select * from final
