-- Every account number ever seen on the register up to the business date.
with final as (
    select distinct account_no
    from {{ ref('stg_registry__account') }}
    where valid_from <= {{ business_date() }}
)

select * from final
