-- Every person ever on the staff lists up to the business date, as last listed.
{{ config(materialized='fresh_view') }}
with listed as (
    select
        *,
        row_number() over (partition by person_id order by valid_from desc) as recency
    from {{ ref('stg_registry__person') }}
    where valid_from <= {{ business_date() }}
),

final as (
    select
        person_id,
        name as person_name,
        agency_code as treasury_agency_code,
        post,
        status,
        salary_acct_no,
        left_on
    from listed
    where recency = 1
)

select * from final
