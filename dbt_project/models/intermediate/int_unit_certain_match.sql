-- Pairs of users that are one unit beyond doubt: reviewed, same credit code, same name.
{{ config(tags=['register']) }}
with users as (
    select * from {{ ref('int_unit_user') }}
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

told_apart as (
    select finance_agency_code, treasury_agency_code from crosswalk where decision = 'different'
),

by_crosswalk as (
    select
        finance.agency_code as finance_agency_code,
        treasury.agency_code as treasury_agency_code
    from crosswalk
    inner join finance on crosswalk.finance_agency_code = finance.agency_code
    inner join treasury on crosswalk.treasury_agency_code = treasury.agency_code
    where crosswalk.decision = 'same'
),

finance_left as (
    select *
    from finance
    where agency_code not in (select finance_agency_code from by_crosswalk)
),

treasury_left as (
    select *
    from treasury
    where agency_code not in (select treasury_agency_code from by_crosswalk)
),

by_uscc as (
    select
        finance_left.agency_code as finance_agency_code,
        treasury_left.agency_code as treasury_agency_code
    from finance_left
    inner join treasury_left on finance_left.uscc = treasury_left.uscc
    left join told_apart
        on
            finance_left.agency_code = told_apart.finance_agency_code
            and treasury_left.agency_code = told_apart.treasury_agency_code
    where
        finance_left.users_of_uscc = 1
        and treasury_left.users_of_uscc = 1
        and told_apart.finance_agency_code is null
),

finance_unpaired as (
    select
        *,
        count(*) over (partition by normalised_name) as unpaired_of_name
    from finance_left
    where agency_code not in (select finance_agency_code from by_uscc)
),

treasury_unpaired as (
    select
        *,
        count(*) over (partition by normalised_name) as unpaired_of_name
    from treasury_left
    where agency_code not in (select treasury_agency_code from by_uscc)
),

by_name as (
    select
        finance.agency_code as finance_agency_code,
        treasury.agency_code as treasury_agency_code
    from finance_unpaired as finance
    inner join treasury_unpaired as treasury
        on finance.normalised_name = treasury.normalised_name
    left join told_apart
        on
            finance.agency_code = told_apart.finance_agency_code
            and treasury.agency_code = told_apart.treasury_agency_code
    where
        finance.unpaired_of_name = 1
        and treasury.unpaired_of_name = 1
        and coalesce(finance.uscc, treasury.uscc, '') = coalesce(treasury.uscc, finance.uscc, '')
        and (
            finance.township_key = treasury.township_key
            or finance.township_key = ''
            or treasury.township_key = ''
        )
        and told_apart.finance_agency_code is null
),

final as (
    select
        finance_agency_code,
        treasury_agency_code,
        'crosswalk' as match_method,
        cast(1 as numeric(4, 3)) as match_score
    from by_crosswalk
    union all
    select
        finance_agency_code,
        treasury_agency_code,
        'uscc',
        cast(1 as numeric(4, 3))
    from by_uscc
    union all
    select
        finance_agency_code,
        treasury_agency_code,
        'name',
        cast(1 as numeric(4, 3))
    from by_name
)

select * from final
