-- One row per supervised unit, with the codes it has on the two platforms.
{{ config(tags=['register']) }}
with units as (
    select * from {{ ref('int_unit') }}
),

final as (
    select
        unit_id,
        unit_name,
        finance_agency_code,
        treasury_agency_code,
        finance_name,
        treasury_name,
        uscc,
        township,
        parent_name,
        sup_dep_name,
        match_method,
        match_score,
        books_kept_by_unit_id,
        is_active
    from units
)

select * from final
