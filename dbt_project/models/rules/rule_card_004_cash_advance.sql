-- 公务卡取现：公务卡只能刷卡消费，不能提取现金。
with transactions as (
    select * from {{ ref('int_card_transaction') }}
),

population as (
    select * from transactions where txn_type in ('purchase', 'cash_advance')
),

hits as (
    select
        txn_no as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        txn_date as occurred_on,
        {{ yuan_amount() }} as amount,
        {{ evidence({
            'txn_at': 'txn_at',
            'amount_and_currency': amount_and_currency(),
            'merchant_name': 'merchant_name',
            'merchant_city': 'merchant_city',
            'terminal_no': 'terminal_no',
            'holder_name': 'holder_name',
            'card_last4': 'card_last4',
        }) }} as evidence
    from population
    where txn_type = 'cash_advance'
)

{{ rule_result('card_transaction') }}
