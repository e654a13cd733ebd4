-- One row per registered account and day: how often live payments left or reached it.
{{ config(tags=['fact']) }}
with accounts as (
    select * from {{ ref('int_account') }}
),

payments as not materialized (
    select * from {{ ref('int_payment') }} where is_live
),

sides as (
    select pay_acct_no as account_no, pay_date from payments
    union all
    select payee_acct_no, pay_date from payments
),

final as (
    select sides.account_no, sides.pay_date, count(*) as movement_count
    from sides
    inner join accounts on sides.account_no = accounts.account_no
    group by sides.account_no, sides.pay_date
)

select * from final
