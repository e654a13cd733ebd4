-- 转入食堂或工会账户：一年内付到本单位食堂、工会账户累计达到限额，又不是工会经费和福利费。
{%- set series = ['treasury_agency_code', 'payee_acct_no'] %}
{%- set in_order = 'payments.pay_day, payments.payment_no' %}
with payments as not materialized (
    select
        *,
        {{ days_between('pay_date', "date '2000-01-01'") }} as pay_day
    from {{ ref('int_payment') }}
    where
        is_live
        and payee_acct_unit_id = unit_id
        and payee_acct_kind in ('canteen', 'union')
        and dep_exp_eco_code is not null
        and not {{ begins_with('dep_exp_eco_code', ['30228', '30229']) }}
),

population as (
    select distinct {{ series | join(', ') }} from payments
),

runs as (
    {{ window_runs(
        'payments',
        series,
        'pay_day',
        rule_parameter('SCF-002', 'window_days'),
        'window_amount >= ' ~ rule_parameter('SCF-002', 'min_amount'),
    ) }}
),

hits as (
    select
        payments.treasury_agency_code || ':' || payments.payee_acct_no as subject_id,
        max(payments.unit_id) as unit_id,
        max(payments.finance_agency_code) as finance_agency_code,
        payments.treasury_agency_code,
        min(payments.pay_date) as occurred_on,
        sum(payments.amount) as amount,
        {{ evidence({
            'payee_name': 'max(payments.payee_acct_name)',
            'payee_account': 'payments.payee_acct_no',
            'payee_account_kind': 'max(payments.payee_acct_kind)',
            'payment_count': 'count(*)',
            'total_amount': 'sum(payments.amount)',
            'first_pay_date': 'min(payments.pay_date)',
            'last_pay_date': 'max(payments.pay_date)',
            'payments': joined_list('payments.payment_no', in_order, 100),
        }) }} as evidence
    from runs
    inner join payments
        on
            runs.treasury_agency_code = payments.treasury_agency_code
            and runs.payee_acct_no = payments.payee_acct_no
            and payments.pay_day between runs.first_day and runs.last_day
    group by payments.treasury_agency_code, payments.payee_acct_no
)

{{ rule_result('payment_group') }}
