-- 异常时间刷卡：深夜（23 点到次日 6 点前）刷卡且不是交通住宿类商户，或者非工作日在餐饮商户刷卡，且没有退货。
with swipes as (
    select * from {{ ref('int_card_transaction') }}
),

categories as (
    select * from {{ ref('int_merchant_category') }}
),

calendar as (
    select * from {{ ref('official_calendar') }}
),

population as (
    select
        swipes.*,
        not categories.is_travel
        and (
            extract(hour from txn_at) >= {{ rule_parameter('CARD-002', 'night_from_hour') }}
            or extract(hour from txn_at) < {{ rule_parameter('CARD-002', 'night_to_hour') }}
        ) as is_night,
        categories.is_dining
        and not {{ is_working_day('swipes.txn_date', 'calendar') }} as is_dining_on_day_off
    from swipes
    inner join categories on swipes.mcc = categories.mcc
    left join calendar on swipes.txn_date = calendar.date
    where swipes.is_live
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
            'is_night': 'is_night',
            'is_dining_on_day_off': 'is_dining_on_day_off',
            'merchant_name': 'merchant_name',
            'mcc': 'mcc',
            'merchant_city': 'merchant_city',
            'holder_name': 'holder_name',
            'card_last4': 'card_last4',
        }) }} as evidence
    from population
    where is_night or is_dining_on_day_off
)

{{ rule_result('card_transaction') }}
