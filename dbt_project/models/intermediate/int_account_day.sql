-- One row per registered account and day on which a live payment left or reached it.
{{ config(materialized='fresh_view') }}
with accounts as (
    select * from {{ ref('int_account') }}
),

payments as not materialized (
    select * from {{ ref('int_payment') }} where is_live
),

sides as (
    select pay_acct_no as account_no, pay_date from payments
    union
    select payee_acct_no, pay_date from payments
),

final as (
    select
        accounts.account_no,
        sides.pay_date,
        lag(sides.pay_date) over (
            partition by accounts.account_no order by sides.pay_date
        ) as previous_date
    from sides
    inner join accounts on sides.account_no = accounts.account_no
)

select * from final
