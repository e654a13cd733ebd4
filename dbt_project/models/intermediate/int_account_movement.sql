-- One row per registered account and live payment from or to it, with the day it moved before.
{{ config(materialized='fresh_view') }}
with accounts as (
    select * from {{ ref('int_account') }}
),

payments as (
    select * from {{ ref('int_payment') }} where is_live
),

sides as (
    select pay_acct_no as account_no, payment_no, treasury_agency_code, amount, pay_date
    from payments
    union
    select payee_acct_no, payment_no, treasury_agency_code, amount, pay_date
    from payments
),

movements as (
    select sides.*, accounts.unit_id, accounts.account_name, accounts.account_kind
    from sides
    inner join accounts on sides.account_no = accounts.account_no
),

move_days as (
    select
        account_no,
        pay_date,
        lag(pay_date) over (partition by account_no order by pay_date) as previous_date
    from (select distinct account_no, pay_date from movements) as dates
),

final as (
    select
        movements.account_no,
        movements.payment_no,
        movements.unit_id,
        movements.account_name,
        movements.account_kind,
        movements.treasury_agency_code,
        movements.amount,
        movements.pay_date,
        move_days.previous_date
    from movements
    inner join move_days
        on
            movements.account_no = move_days.account_no
            and movements.pay_date = move_days.pay_date
)

select * from final
