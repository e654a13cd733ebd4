-- 离职退休后仍刷卡：持卡人已经离职或退休，离任日期以后还有公务卡消费，且没有退货。
with swipes as (
    select * from {{ ref('int_card_transaction') }} where is_live
),

persons as (
    select * from {{ ref('int_person') }}
),

population as not materialized (
    select
        swipes.*,
        persons.status as holder_status,
        persons.left_on
    from swipes
    inner join persons on swipes.holder_id = persons.person_id
    where persons.status = 'in_post' or persons.left_on is not null
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
            'holder_name': 'holder_name',
            'card_last4': 'card_last4',
            'holder_status': 'holder_status',
            'left_on': 'left_on',
            'days_since_leaving': days_between('txn_date', 'left_on'),
        }) }} as evidence
    from population
    where holder_status in ('left', 'retired') and txn_date > left_on
)

{{ rule_result('card_transaction') }}
