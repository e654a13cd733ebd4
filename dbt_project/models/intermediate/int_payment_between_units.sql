-- One row per live payment from one supervised unit to another, by account, else by name.
{{ config(tags=['fact']) }}
with payments as (
    select * from {{ ref('int_payment') }} where is_live and unit_id is not null
),

names as (
    select distinct unit_id, normalised_name from {{ ref('int_unit_name') }} where kind = 'own'
),

final as (
    select
        payments.payment_no,
        payments.unit_id,
        payments.treasury_agency_code,
        payments.finance_agency_code,
        coalesce(payments.payee_acct_unit_id, names.unit_id) as payee_unit_id,
        payments.payee_acct_no,
        payments.payee_acct_name,
        payments.amount,
        payments.pay_date
    from payments
    left join names
        on
            payments.payee_acct_unit_id is null
            and payments.payee_normalised_name = names.normalised_name
    where coalesce(payments.payee_acct_unit_id, names.unit_id) != payments.unit_id
)

select * from final
