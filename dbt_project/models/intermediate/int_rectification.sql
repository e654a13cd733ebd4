-- One row per problem that an inspection found, on the register of the business date.
{{ config(materialized='fresh_view') }}
with problems as (
    select *
    from {{ ref('stg_inspection__rectification') }}
    where {{ in_force_on_business_date() }}
),

units as (
    select * from {{ ref('int_unit') }}
),

jurisdictions as (
    select * from {{ ref('int_jurisdiction') }}
),

final as (
    select
        problems.problem_no,
        problems.inspection_round,
        units.unit_id,
        units.unit_name,
        units.finance_agency_code,
        units.treasury_agency_code,
        jurisdictions.regulator_body_code,
        problems.problem_class,
        problems.problem,
        problems.measure,
        problems.found_on,
        problems.due_on,
        case
            when problems.claimed_closed_on <= {{ business_date() }} then problems.claimed_closed_on
        end as claimed_closed_on
    from problems
    left join units on {{ is_unit_of('problems', 'units') }}
    left join jurisdictions
        on
            problems.platform = jurisdictions.platform
            and problems.agency_code = jurisdictions.agency_code
)

select * from final
