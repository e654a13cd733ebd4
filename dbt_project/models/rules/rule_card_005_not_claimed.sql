-- 刷卡未报销：公务卡消费超过 60 天、没有退货，仍没有任何有效凭证写明这笔消费（从不填交易流水号的单位除外）。
with swipes as (
    select * from {{ ref('int_card_transaction') }}
),

books as (
    select * from {{ ref('int_unit_books') }}
),

claims as (
    select distinct txn_no from {{ ref('int_card_booking') }} where is_live
),

population as (
    select
        swipes.*,
        {{ days_between(business_date(), 'swipes.txn_date') }} as days_since_swipe
    from swipes
    inner join books on swipes.unit_id = books.unit_id
    where
        swipes.is_live
        and {{ days_between(business_date(), 'swipes.txn_date') }}
        > {{ rule_parameter('CARD-005', 'unclaimed_days') }}
        and {{ names_swipes(business_date(), 'books', rule_parameter('CARD-005', 'naming_days')) }}
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
            'days_since_swipe': 'population.days_since_swipe',
            'merchant_name': 'population.merchant_name',
            'mcc': 'population.mcc',
            'merchant_city': 'population.merchant_city',
            'holder_name': 'population.holder_name',
            'card_last4': 'population.card_last4',
        }) }} as evidence
    from population
    left join claims on population.txn_no = claims.txn_no
    where claims.txn_no is null
)

{{ rule_result('card_transaction') }}
