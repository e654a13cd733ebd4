-- Who answers for a platform user on the business date; of several rows the latest begun counts.
{{ config(materialized='fresh_view') }}
with jurisdictions as (
    select *
    from {{ ref('stg_supervision__jurisdiction') }}
    where
        {{ in_force_on_business_date() }}
        and in_charge_from <= {{ business_date() }}
        and (in_charge_to is null or in_charge_to >= {{ business_date() }})
),

ranked as (
    select
        *,
        row_number() over (
            partition by platform, agency_code order by in_charge_from desc
        ) as recency
    from jurisdictions
),

final as (
    select platform, agency_code, own_body_code, regulator_body_code
    from ranked
    where recency = 1
)

select * from final
