-- Pairs of a finance and a treasury user that are one unit, by the first method that applies.
{{ config(tags=['register']) }}
with final as (
    select finance_agency_code, treasury_agency_code, match_method, match_score
    from {{ ref('int_unit_certain_match') }}
    union all
    select finance_agency_code, treasury_agency_code, 'fuzzy', score
    from {{ ref('int_unit_likeness') }}
    where is_match
)

select * from final
