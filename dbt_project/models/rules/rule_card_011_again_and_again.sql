-- 反复在同一商户刷卡：同一张卡 30 天内在同一商户刷卡 5 笔以上、合计 3000 元以上，且没有退货。
{%- set series = ['card_token', 'merchant_name'] %}
{%- set in_order = 'swipes.txn_at, swipes.txn_no' %}
with swipes as not materialized (
    select
        *,
        {{ days_between('txn_date', "date '2000-01-01'") }} as txn_day
    from {{ ref('int_card_transaction') }}
    where is_live and currency = 'CNY'
),

population as (
    select distinct {{ series | join(', ') }} from swipes
),

runs as (
    {{ window_runs(
        'swipes',
        series,
        'txn_day',
        rule_parameter('CARD-011', 'window_days'),
        'window_count >= ' ~ rule_parameter('CARD-011', 'min_swipes')
            ~ ' and window_amount >= ' ~ rule_parameter('CARD-011', 'min_amount'),
    ) }}
),

hits as (
    select
        swipes.card_token || ':' || swipes.merchant_name || ':'
        || cast(min(swipes.txn_date) as text) as subject_id,
        max(swipes.unit_id) as unit_id,
        max(swipes.finance_agency_code) as finance_agency_code,
        max(swipes.treasury_agency_code) as treasury_agency_code,
        min(swipes.txn_date) as occurred_on,
        sum(swipes.amount) as amount,
        {{ evidence({
            'merchant_name': 'swipes.merchant_name',
            'mcc': 'max(swipes.mcc)',
            'holder_name': 'max(swipes.holder_name)',
            'card_last4': 'max(swipes.card_last4)',
            'swipe_count': 'count(*)',
            'total_amount': 'sum(swipes.amount)',
            'first_txn_at': 'min(swipes.txn_at)',
            'last_txn_at': 'max(swipes.txn_at)',
            'transactions': joined_list('swipes.txn_no', in_order, 50),
        }) }} as evidence
    from runs
    inner join swipes
        on
            runs.card_token = swipes.card_token
            and runs.merchant_name = swipes.merchant_name
            and swipes.txn_day between runs.first_day and runs.last_day
    group by swipes.card_token, swipes.merchant_name, runs.first_day
)

{{ rule_result('card_group') }}
