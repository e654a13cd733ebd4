-- 退了货还报销：公务卡消费已经退货，仍有有效凭证写着这笔消费。
with swipes as (
    select * from {{ ref('int_card_transaction') }}
),

claims as (
    select
        txn_no,
        case when count(*) = count(booked_amount) then sum(booked_amount) end as booked_amount,
        {{ joined_list('voucher_id') }} as vouchers
    from {{ ref('int_card_booking') }}
    where is_live
    group by txn_no
),

population as (
    select * from swipes where is_refunded
),

hits as (
    select
        population.txn_no as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.txn_date as occurred_on,
        {{ yuan_amount('population.') }} as amount,
        {{ evidence({
            'txn_at': 'population.txn_at',
            'amount_and_currency': amount_and_currency('population.'),
            'merchant_name': 'population.merchant_name',
            'holder_name': 'population.holder_name',
            'card_last4': 'population.card_last4',
            'refund_txn_no': 'population.refunded_by_txn_no',
            'booked_amount': 'claims.booked_amount',
            'vouchers': 'claims.vouchers',
        }) }} as evidence
    from population
    inner join claims on population.txn_no = claims.txn_no
)

{{ rule_result('card_transaction') }}
