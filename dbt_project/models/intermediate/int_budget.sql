-- One row per unit, year and economic code of the budgets in force on the business date.
{{ config(materialized='fresh_view') }}
with budgets as (
    select *
    from {{ ref('stg_finance__budget') }}
    where {{ in_force_on_business_date() }}
),

units as (
    select * from {{ ref('int_unit') }}
),

final as (
    select
        budgets.agency_code as treasury_agency_code,
        units.finance_agency_code,
        units.unit_id,
        budgets.fiscal_year,
        budgets.dep_exp_eco_code,
        budgets.amount
    from budgets
    left join units on budgets.agency_code = units.treasury_agency_code
)

select * from final
