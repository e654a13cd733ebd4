-- 公务卡在禁止类商户消费：商户类别在禁止清单内（酒吧、珠宝、烟酒、按摩、博彩等），且没有退货。
with swipes as (
    select * from {{ ref('int_card_transaction') }}
),

barred as (
    select seed.mcc, seed.name_zh
    from {{ ref('barred_mcc') }} as seed
    where {{ in_force('seed') }}
),

-- 0000 stands where the acquirer sent no category.
population as (
    select * from swipes where is_live and mcc is not null and mcc != '0000'
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
            'mcc': 'population.mcc',
            'mcc_name': 'barred.name_zh',
            'merchant_city': 'population.merchant_city',
            'holder_name': 'population.holder_name',
            'card_last4': 'population.card_last4',
        }) }} as evidence
    from population
    inner join barred on population.mcc = barred.mcc
)

{{ rule_result('card_transaction') }}
