-- 拆分刷卡：同一张卡同一天在同一商户刷了两笔以上，每笔都低于限额，合计达到限额。
{%- set in_order = 'txn_at, txn_no' %}
with swipes as (
    select *
    from {{ ref('int_card_transaction') }}
    where
        is_live
        and currency = 'CNY'
        and amount < {{ rule_parameter('CARD-003', 'limit') }}
),

population as (
    select
        card_token,
        merchant_name,
        txn_date,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        max(holder_name) as holder_name,
        max(card_last4) as card_last4,
        count(*) as swipe_count,
        sum(amount) as total_amount,
        min(txn_at) as first_txn_at,
        max(txn_at) as last_txn_at,
        {{ joined_list('txn_no', in_order, 50) }} as transactions
    from swipes
    group by card_token, merchant_name, txn_date
),

hits as (
    select
        card_token || ':' || merchant_name || ':' || cast(txn_date as text) as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        txn_date as occurred_on,
        total_amount as amount,
        {{ evidence({
            'merchant_name': 'merchant_name',
            'holder_name': 'holder_name',
            'card_last4': 'card_last4',
            'threshold': rule_parameter('CARD-003', 'limit'),
            'swipe_count': 'swipe_count',
            'total_amount': 'total_amount',
            'first_txn_at': 'first_txn_at',
            'last_txn_at': 'last_txn_at',
            'transactions': 'transactions',
        }) }} as evidence
    from population
    where
        swipe_count >= {{ rule_parameter('CARD-003', 'min_swipes') }}
        and total_amount >= {{ rule_parameter('CARD-003', 'limit') }}
)

{{ rule_result('card_group') }}
