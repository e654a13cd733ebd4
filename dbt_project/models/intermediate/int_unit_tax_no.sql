-- Every unified social credit code a unit or its parent ever had, up to the business date.
{{ config(tags=['register']) }}
with units as (
    select * from {{ ref('int_unit') }}
),

names as (
    select * from {{ ref('int_unit_name') }}
),

finance_codes as (
    select agency_code, uscc
    from {{ ref('stg_finance__user') }}
    where valid_from <= {{ business_date() }} and uscc is not null
),

treasury_codes as (
    select agency_code, uscc
    from {{ ref('stg_treasury__user') }}
    where valid_from <= {{ business_date() }} and uscc is not null
),

own as (
    select units.unit_id, upper(finance_codes.uscc) as tax_no
    from finance_codes
    inner join units on finance_codes.agency_code = units.finance_agency_code
    union
    select units.unit_id, upper(treasury_codes.uscc)
    from treasury_codes
    inner join units on treasury_codes.agency_code = units.treasury_agency_code
),

parents as (
    select distinct child.unit_id, parent.unit_id as parent_unit_id
    from names as child
    inner join names as parent on child.normalised_name = parent.normalised_name
    where child.kind = 'parent' and parent.kind = 'own' and child.unit_id != parent.unit_id
),

final as (
    select unit_id, tax_no, 'own' as kind
    from own
    union
    select parents.unit_id, own.tax_no, 'parent'
    from parents
    inner join own on parents.parent_unit_id = own.unit_id
)

select * from final
