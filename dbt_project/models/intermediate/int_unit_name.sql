-- Every name a unit or its parent ever had on either platform, up to the business date.
{{ config(tags=['register']) }}
with units as (
    select * from {{ ref('int_unit') }}
),

finance_names as (
    select agency_code, agency_name, parent_name
    from {{ ref('stg_finance__user') }}
    where valid_from <= {{ business_date() }}
),

treasury_names as (
    select agency_code, agency_name, sup_dep_name as parent_name
    from {{ ref('stg_treasury__user') }}
    where valid_from <= {{ business_date() }}
),

user_names as (
    select units.unit_id, finance_names.agency_name, finance_names.parent_name
    from finance_names
    inner join units on finance_names.agency_code = units.finance_agency_code
    union
    select units.unit_id, treasury_names.agency_name, treasury_names.parent_name
    from treasury_names
    inner join units on treasury_names.agency_code = units.treasury_agency_code
),

own_names as (
    select distinct
        unit_id,
        agency_name as name,
        {{ normalised_name('agency_name') }} as normalised_name
    from user_names
),

parent_names as (
    select distinct
        unit_id,
        parent_name as name,
        {{ normalised_name('parent_name') }} as normalised_name
    from user_names
    where parent_name is not null
),

children as (
    select distinct unit_id, normalised_name from parent_names
),

parents as (
    select distinct unit_id, normalised_name from own_names
),

-- The name in the parent column leads to the parent, which may have had other names.
names_of_parents as (
    select children.unit_id, parents.unit_id as parent_unit_id
    from children
    inner join parents
        on children.normalised_name = parents.normalised_name
    where children.unit_id != parents.unit_id
),

final as (
    select unit_id, name, normalised_name, 'own' as kind
    from own_names
    union
    select unit_id, name, normalised_name, 'parent'
    from parent_names
    union
    select names_of_parents.unit_id, own_names.name, own_names.normalised_name, 'parent'
    from names_of_parents
    inner join own_names on names_of_parents.parent_unit_id = own_names.unit_id
)

select * from final
