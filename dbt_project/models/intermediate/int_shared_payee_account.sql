-- One row per live payment to an account that was paid under more than one name.
{{ config(materialized='fresh_view') }}
with payments as not materialized (
    select * from {{ ref('int_payment') }} where is_live and payee_acct_no is not null
),

shared as (
    select payee_acct_no
    from payments
    group by payee_acct_no
    having min(payee_normalised_name) != max(payee_normalised_name)
),

final as (
    select
        payments.payee_acct_no,
        payments.payment_no,
        payments.unit_id,
        payments.treasury_agency_code,
        payments.finance_agency_code,
        payments.payee_acct_name,
        payments.payee_normalised_name,
        lag(payments.payee_normalised_name) over in_order as earlier_normalised_name,
        row_number() over (
            partition by payments.payee_acct_no, payments.payee_normalised_name
            order by payments.pay_date, payments.payment_no
        ) as place_of_name,
        row_number() over (
            partition by payments.payee_acct_no, payments.treasury_agency_code
            order by payments.pay_date, payments.payment_no
        ) as place_of_agency,
        row_number() over (
            partition by payments.payee_acct_no
            order by payments.pay_date desc, payments.payment_no desc
        ) as place_from_latest,
        payments.amount,
        payments.pay_date,
        lag(payments.pay_date) over in_order as earlier_pay_date
    from payments
    inner join shared on payments.payee_acct_no = shared.payee_acct_no
    window
        in_order as (
            partition by payments.payee_acct_no order by payments.pay_date, payments.payment_no
        )
)

select * from final
