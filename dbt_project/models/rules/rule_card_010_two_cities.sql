-- 一小时内两地刷卡：同一张卡不到 60 分钟内在两个城市刷卡（网上商户除外），且都没有退货。
{%- set city %}
    case
        when right(swipes.merchant_city, 1) = '市'
            then left(swipes.merchant_city, length(swipes.merchant_city) - 1)
        else swipes.merchant_city
    end
{%- endset %}
with swipes as (
    select * from {{ ref('int_card_transaction') }}
),

categories as (
    select * from {{ ref('int_merchant_category') }}
),

population as (
    select
        swipes.*,
        {{ city }} as city,
        row_number() over in_order as place,
        lag({{ city }}) over in_order as earlier_city,
        lag(swipes.txn_at) over in_order as earlier_at
    from swipes
    left join categories on swipes.mcc = categories.mcc
    where
        swipes.is_live
        and swipes.merchant_city is not null
        and not coalesce(categories.is_online, false)
    window in_order as (partition by swipes.card_token order by swipes.txn_at, swipes.txn_no)
),

-- The latest earlier swipe elsewhere stands before the first of the swipes in this city.
with_elsewhere as (
    select
        *,
        max(case when city != earlier_city then place - 1 end) over (
            partition by card_token order by txn_at, txn_no
        ) as elsewhere_place,
        max(case when city != earlier_city then earlier_at end) over (
            partition by card_token order by txn_at, txn_no
        ) as elsewhere_at
    from population
),

-- Before any is put beside its earlier one: few follow one elsewhere that soon.
soon_after as (
    select *
    from with_elsewhere
    where
        {{ minutes_between('txn_at', 'elsewhere_at') }}
        < {{ rule_parameter('CARD-010', 'within_minutes') }}
),

hits as (
    select
        later.txn_no as subject_id,
        later.unit_id,
        later.finance_agency_code,
        later.treasury_agency_code,
        later.txn_date as occurred_on,
        {{ yuan_amount('later.') }} as amount,
        {{ evidence({
            'txn_at': 'later.txn_at',
            'amount_and_currency': amount_and_currency('later.'),
            'merchant_name': 'later.merchant_name',
            'merchant_city': 'later.merchant_city',
            'holder_name': 'later.holder_name',
            'card_last4': 'later.card_last4',
            'minutes_apart': minutes_between('later.txn_at', 'earlier.txn_at'),
            'earlier_txn_at': 'earlier.txn_at',
            'earlier_merchant_name': 'earlier.merchant_name',
            'earlier_merchant_city': 'earlier.merchant_city',
            'earlier_txn_no': 'earlier.txn_no',
        }) }} as evidence
    from soon_after as later
    inner join population as earlier
        on later.card_token = earlier.card_token and later.elsewhere_place = earlier.place
)

{{ rule_result('card_transaction') }}
