-- One row per live payment to an account under a supervised unit's own name.
{{ config(tags=['fact']) }}
with payments as (
    select * from {{ ref('int_payment') }} where is_live and payee_acct_no is not null
),

names as (
    select normalised_name, min(name) as name
    from {{ ref('int_unit_name') }}
    where kind = 'own'
    group by normalised_name
),

final as (
    select
        payments.payment_no,
        payments.unit_id,
        payments.treasury_agency_code,
        payments.finance_agency_code,
        payments.payee_acct_no,
        payments.payee_acct_name,
        names.name as owner_name,
        payments.is_payee_acct_registered,
        payments.amount,
        payments.pay_date
    from payments
    inner join names on payments.payee_normalised_name = names.normalised_name
)

select * from final
