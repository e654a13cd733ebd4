-- 同一笔刷卡重复报销：两张以上有效凭证写着同一笔没有退货的公务卡消费。
with swipes as (
    select * from {{ ref('int_card_transaction') }} where is_live
),

claims as (
    select
        txn_no,
        count(*) as voucher_count,
        case when count(*) = count(booked_amount) then sum(booked_amount) end as booked_amount,
        {{ joined_list('voucher_id') }} as vouchers
    from {{ ref('int_card_booking') }}
    where is_live
    group by txn_no
),

population as (
    select swipes.*, claims.voucher_count, claims.booked_amount, claims.vouchers
    from swipes
    inner join claims on swipes.txn_no = claims.txn_no
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
            'holder_name': 'holder_name',
            'card_last4': 'card_last4',
            'booked_amount': 'booked_amount',
            'over_swipe_amount': "case when currency = 'CNY' and booked_amount > amount"
                ~ " then booked_amount - amount end",
            'voucher_count': 'voucher_count',
            'vouchers': 'vouchers',
        }) }} as evidence
    from population
    where voucher_count >= 2
)

{{ rule_result('card_transaction') }}
