-- One row per real unit: a matched pair of users, or a user of one platform alone.
{{ config(tags=['register']) }}
with users as (
    select * from {{ ref('int_unit_user') }}
),

pairs as (
    select * from {{ ref('int_unit_match') }}
),

crosswalk as (
    select * from {{ ref('unit_crosswalk') }}
),

finance as (
    select * from users where platform = 'finance'
),

treasury as (
    select * from users where platform = 'treasury'
),

finance_with_pair as (
    select finance.*, pairs.treasury_agency_code, pairs.match_method, pairs.match_score
    from finance
    left join pairs on finance.agency_code = pairs.finance_agency_code
),

units as (
    select
        coalesce('F' || finance.agency_code, 'T' || treasury.agency_code) as unit_id,
        coalesce(finance.agency_name, treasury.agency_name) as unit_name,
        finance.agency_code as finance_agency_code,
        treasury.agency_code as treasury_agency_code,
        finance.agency_name as finance_name,
        treasury.agency_name as treasury_name,
        coalesce(finance.uscc, treasury.uscc) as uscc,
        coalesce(finance.township, treasury.township) as township,
        finance.parent_name,
        treasury.parent_name as sup_dep_name,
        case
            when finance.agency_code is null then 'treasury_only'
            when treasury.agency_code is null then 'finance_only'
            else finance.match_method
        end as match_method,
        finance.match_score,
        coalesce(finance.is_active, false) or coalesce(treasury.is_active, false) as is_active
    from finance_with_pair as finance
    full outer join treasury on finance.treasury_agency_code = treasury.agency_code
),

keepers as (
    select
        finance_agency_code,
        treasury_agency_code,
        'F' || books_kept_by_finance_agency_code as books_kept_by_unit_id
    from crosswalk
    where books_kept_by_finance_agency_code is not null
),

keepers_by_unit as (
    select units.unit_id, max(keepers.books_kept_by_unit_id) as books_kept_by_unit_id
    from units
    inner join keepers
        on
            units.finance_agency_code = keepers.finance_agency_code
            or units.treasury_agency_code = keepers.treasury_agency_code
    group by units.unit_id
),

final as (
    select
        units.*,
        case
            when keepers_by_unit.books_kept_by_unit_id != units.unit_id
                then keepers_by_unit.books_kept_by_unit_id
        end as books_kept_by_unit_id
    from units
    left join keepers_by_unit on units.unit_id = keepers_by_unit.unit_id
)

select * from final
