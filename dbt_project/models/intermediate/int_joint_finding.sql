-- One row per finding of another department, on the register of the business date. A view: what is
-- joint is judged again when a date's alerts are issued.
{{ config(materialized='fresh_view') }}
with findings as (
    select *
    from {{ ref('stg_supervision__joint_finding') }}
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
        findings.finding_no,
        findings.department,
        findings.body_code,
        units.unit_id,
        units.unit_name,
        jurisdictions.own_body_code,
        findings.matter_class,
        findings.period_from,
        findings.period_to,
        findings.finding,
        findings.amount,
        case
            when findings.concluded_on <= {{ business_date() }} then findings.conclusion
        end as conclusion,
        case
            when findings.conclusion is not null and findings.concluded_on <= {{ business_date() }}
                then findings.concluded_on
        end as concluded_on,
        findings.document_no
    from findings
    inner join units on {{ is_unit_of('findings', 'units') }}
    left join jurisdictions
        on
            findings.platform = jurisdictions.platform
            and findings.agency_code = jurisdictions.agency_code
)

select * from final
