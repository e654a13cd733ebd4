-- One row per lease of a public asset on the register of the business date.
{{ config(materialized='fresh_view') }}
with leases as (
    select *
    from {{ ref('stg_finance__lease') }}
    where {{ in_force_on_business_date() }}
),

units as (
    select * from {{ ref('int_unit') }}
),

final as (
    select
        leases.lease_no,
        leases.agency_code as finance_agency_code,
        units.treasury_agency_code,
        units.unit_id,
        leases.asset_name,
        leases.tenant_name,
        leases.annual_rent,
        leases.starts_on,
        leases.ends_on
    from leases
    left join units on leases.agency_code = units.finance_agency_code
)

select * from final
