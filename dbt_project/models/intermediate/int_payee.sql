-- One row per payee as payments name it: account and name, with how many payments name it so.
{{ config(tags=['fact']) }}
with payments as (
    select * from {{ ref('int_payment') }}
),

final as (
    select
        payee_acct_no,
        payee_acct_name,
        payee_normalised_name,
        count(*) as payment_count,
        count(case when is_live then 1 end) as live_payment_count
    from payments
    group by payee_acct_no, payee_acct_name, payee_normalised_name
)

select * from final
