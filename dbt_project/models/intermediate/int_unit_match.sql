-- Pairs of a finance and a treasury user that are one unit, by the first method that applies.
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

by_uscc as (
    select
        finance.agency_code as finance_agency_code,
        treasury.agency_code as treasury_agency_code
    from finance
    inner join treasury on finance.uscc = treasury.uscc
    left join by_crosswalk as taken_finance
        on finance.agency_code = taken_finance.finance_agency_code
    left join by_crosswalk as taken_treasury
        on treasury.agency_code = taken_treasury.treasury_agency_code
    left join told_apart
        on
            finance.agency_code = told_apart.finance_agency_code
            and treasury.agency_code = told_apart.treasury_agency_code
    where
        finance.users_of_uscc = 1
        and treasury.users_of_uscc = 1
        and taken_finance.finance_agency_code is null
        and taken_treasury.treasury_agency_code is null
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
    select finance_agency_code, treasury_agency_code, 'uscc', cast(1 as numeric(4, 3))
    from by_uscc
)

select * from final
