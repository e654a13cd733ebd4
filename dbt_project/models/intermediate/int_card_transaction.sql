-- One row per official-card transaction as of the business date; a refund undoes one purchase.
{{ config(tags=['fact']) }}
with transactions as not materialized (
    select
        *,
        cast(txn_at as date) as txn_date
    from {{ ref('stg_card__transaction') }}
    where {{ in_force_on_business_date() }}
),

units as (
    select * from {{ ref('int_unit') }}
),

-- "The latest not yet undone" is a stack: a purchase goes on it, a refund takes the top off. The
-- running total tells the level each of them stands on; a purchase and the next refund on its
-- level belong together. A top older than 30 days stays too old for every later refund as well,
-- so the age may be judged afterwards.
steps as (
    select
        txn_no,
        txn_type,
        txn_at,
        txn_date,
        card_token,
        merchant_name,
        abs(amount) as stake,
        sum(case when txn_type = 'purchase' then 1 else -1 end) over (
            partition by card_token, merchant_name, abs(amount)
            order by txn_at, txn_type, txn_no
            rows between unbounded preceding and current row
        ) + case when txn_type = 'purchase' then 0 else 1 end as stack_level
    from transactions
    where txn_type in ('purchase', 'refund')
),

neighbours as (
    select
        txn_no,
        txn_type,
        txn_date,
        lead(txn_no) over same_level as next_txn_no,
        lead(txn_type) over same_level as next_txn_type,
        lead(txn_date) over same_level as next_txn_date
    from steps
    window
        same_level as (
            partition by card_token, merchant_name, stake, stack_level
            order by txn_at, txn_type, txn_no
        )
),

undone as (
    select txn_no, next_txn_no as refunded_by_txn_no
    from neighbours
    where
        txn_type = 'purchase'
        and next_txn_type = 'refund'
        and {{ days_between('next_txn_date', 'txn_date') }} <= 30
),

final as (
    select
        transactions.txn_no,
        transactions.card_token,
        transactions.card_last4,
        transactions.holder_id,
        transactions.holder_name,
        transactions.agency_code as treasury_agency_code,
        units.finance_agency_code,
        units.unit_id,
        transactions.txn_type,
        transactions.currency,
        transactions.merchant_name,
        transactions.mcc,
        transactions.merchant_city,
        transactions.terminal_no,
        undone.refunded_by_txn_no,
        undone.txn_no is not null as is_refunded,
        transactions.txn_type = 'purchase' and undone.txn_no is null as is_live,
        transactions.amount,
        transactions.txn_at,
        transactions.txn_date,
        transactions.posted_date,
        transactions.due_date
    from transactions
    left join undone on transactions.txn_no = undone.txn_no
    left join units on transactions.agency_code = units.treasury_agency_code
)

select * from final
