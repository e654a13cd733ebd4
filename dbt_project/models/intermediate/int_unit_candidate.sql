-- Pairs of users that may be one unit but were not merged: a person decides (unit_crosswalk).
with final as (
    select
        finance_agency_code,
        treasury_agency_code,
        match_score as score,
        cast(null as numeric(4, 3)) as runner_up_score,
        cast(null as text) as reason
    from {{ ref('int_unit_match') }}
    where false
)

select * from final
