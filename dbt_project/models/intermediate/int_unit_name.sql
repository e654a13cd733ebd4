-- Every name a unit or its parent ever had on either platform, up to the business date.
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

named as (
    select distinct unit_id, agency_name as name, 'own' as kind
    from user_names
    union
    select distinct unit_id, parent_name, 'parent'
    from user_names
    where parent_name is not null
),

normalised as (
    select unit_id, name, {{ normalised_name('name') }} as normalised_name, kind
    from named
),

-- The name in the parent column leads to the parent, which may have had other names.
parents as (
    select distinct child.unit_id, parent.unit_id as parent_unit_id
    from normalised as child
    inner join normalised as parent on child.normalised_name = parent.normalised_name
    where child.kind = 'parent' and parent.kind = 'own' and child.unit_id != parent.unit_id
),

final as (
    select * from normalised
    union
    select parents.unit_id, normalised.name, normalised.normalised_name, 'parent' as kind
    from parents
    inner join normalised on parents.parent_unit_id = normalised.unit_id
    where normalised.kind = 'own'
)

select * from final
