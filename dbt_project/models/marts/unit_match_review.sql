-- Pairs of platform users that may be one unit: to be decided in the seed unit_crosswalk.
{{ config(tags=['register']) }}
with candidates as (
    select * from {{ ref('int_unit_candidate') }}
),

users as (
    select * from {{ ref('int_unit_user') }}
),

final as (
    select
        candidates.finance_agency_code,
        candidates.treasury_agency_code,
        finance.agency_name as finance_name,
        treasury.agency_name as treasury_name,
        finance.uscc as finance_uscc,
        treasury.uscc as treasury_uscc,
        finance.township as finance_township,
        treasury.township as treasury_township,
        candidates.reason,
        candidates.score,
        candidates.runner_up_score
    from candidates
    inner join users as finance
        on
            finance.platform = 'finance'
            and candidates.finance_agency_code = finance.agency_code
    inner join users as treasury
        on
            treasury.platform = 'treasury'
            and candidates.treasury_agency_code = treasury.agency_code
)

select * from final
