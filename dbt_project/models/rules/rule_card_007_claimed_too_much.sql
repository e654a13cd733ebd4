-- 报销超过刷卡金额：只有一张有效凭证写着这笔公务卡消费，记账金额比刷卡金额多。
with swipes as (
    select * from {{ ref('int_card_transaction') }} where is_live and currency = 'CNY'
),

claims as (
    select
        txn_no,
        max(voucher_id) as voucher_id,
        max(booked_amount) as booked_amount
    from {{ ref('int_card_booking') }}
    where is_live
    group by txn_no
    having count(*) = 1
),

population as (
    select
        swipes.*,
        claims.voucher_id,
        claims.booked_amount,
        claims.booked_amount - swipes.amount as over_swipe_amount
    from swipes
    inner join claims on swipes.txn_no = claims.txn_no
    where claims.booked_amount is not null
),

hits as (
    select
        txn_no as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        txn_date as occurred_on,
        over_swipe_amount as amount,
        {{ evidence({
            'txn_at': 'txn_at',
            'merchant_name': 'merchant_name',
            'holder_name': 'holder_name',
            'card_last4': 'card_last4',
            'swipe_amount': 'amount',
            'booked_amount': 'booked_amount',
            'over_swipe_amount': 'over_swipe_amount',
            'vouchers': 'voucher_id',
        }) }} as evidence
    from population
    where over_swipe_amount > {{ rule_parameter('CARD-007', 'tolerance') }}
)

{{ rule_result('card_transaction') }}
