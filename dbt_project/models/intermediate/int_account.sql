-- Every account ever on the register up to the business date, as last listed.
{{ config(tags=['register']) }}
with listed as (
    select
        *,
        case when {{ in_force_on_business_date() }} then 1 else 0 end as listed_now,
        row_number() over (partition by account_no order by valid_from desc) as recency
    from {{ ref('stg_registry__account') }}
    where valid_from <= {{ business_date() }}
),

units as (
    select * from {{ ref('int_unit') }}
),

final as (
    select
        listed.account_no,
        listed.account_name,
        listed.platform,
        listed.agency_code,
        coalesce(finance_unit.unit_id, treasury_unit.unit_id) as unit_id,
        listed.account_kind,
        listed.acct_set_code,
        listed.bank_name,
        listed.status,
        listed.listed_now = 1 as is_listed,
        listed.opened_on,
        listed.closed_on
    from listed
    left join units as finance_unit
        on listed.platform = 'finance' and listed.agency_code = finance_unit.finance_agency_code
    left join units as treasury_unit
        on listed.platform = 'treasury' and listed.agency_code = treasury_unit.treasury_agency_code
    where listed.recency = 1
)

select * from final
