-- One row per live payment to an account that was paid under more than one name.
{{ config(materialized='fresh_view') }}
with payments as not materialized (
    select * from {{ ref('int_payment') }} where is_live and payee_acct_no is not null
),

payees as (
    select payee_acct_no, payee_normalised_name
    from {{ ref('int_payee') }}
    where live_payment_count > 0 and payee_acct_no is not null
),

-- Names are compared only where there are several: of nearly all accounts there is one.
several as (
    select payee_acct_no from payees group by payee_acct_no having count(*) > 1
),

shared as (
    select payee_acct_no
    from payees
    inner join several using (payee_acct_no)
    group by payee_acct_no
    having min(payee_normalised_name) != max(payee_normalised_name)
),

-- Before anything is put in order: few payments are to such accounts, and an index finds them.
chosen as materialized (
    select * from payments where payee_acct_no = any(array(select payee_acct_no from shared))
),

final as (
    select
        payee_acct_no,
        payment_no,
        unit_id,
        treasury_agency_code,
        finance_agency_code,
        payee_acct_name,
        payee_normalised_name,
        lag(payee_normalised_name) over in_order as earlier_normalised_name,
        row_number() over (
            partition by payee_acct_no, payee_normalised_name
            order by pay_date, payment_no
        ) as place_of_name,
        row_number() over (
            partition by payee_acct_no, treasury_agency_code
            order by pay_date, payment_no
        ) as place_of_agency,
        row_number() over (
            partition by payee_acct_no
            order by pay_date desc, payment_no desc
        ) as place_from_latest,
        amount,
        pay_date,
        lag(pay_date) over in_order as earlier_pay_date
    from chosen
    window
        in_order as (
            partition by payee_acct_no order by pay_date, payment_no
        )
)

select * from final
