-- 沉睡账户苏醒：登记在册的账户一年以上没有收付，忽然又有一笔大额进出。
with movements as (
    select * from {{ ref('int_account_movement') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

population as (
    select distinct account_no from movements
),

wakings as (
    select
        account_no,
        max(unit_id) as unit_id,
        max(account_name) as account_name,
        max(account_kind) as account_kind,
        previous_date,
        pay_date,
        count(*) as payment_count,
        sum(amount) as amount,
        {{ joined_list('payment_no', limit=50) }} as payments,
        {{ joined_list('treasury_agency_code', 'payment_no', 50) }} as agencies,
        row_number() over (partition by account_no order by pay_date desc) as recency
    from movements
    where
        amount >= {{ rule_parameter('SCF-007', 'min_amount') }}
        and {{ days_between('pay_date', 'previous_date') }}
        > {{ rule_parameter('SCF-007', 'sleep_days') }}
    group by account_no, previous_date, pay_date
),

hits as (
    select
        wakings.account_no as subject_id,
        wakings.unit_id,
        units.finance_agency_code,
        units.treasury_agency_code,
        wakings.pay_date as occurred_on,
        wakings.amount,
        {{ evidence({
            'account_name': 'wakings.account_name',
            'account_kind': 'wakings.account_kind',
            'last_movement_date': 'wakings.previous_date',
            'pay_date': 'wakings.pay_date',
            'days_asleep': days_between('wakings.pay_date', 'wakings.previous_date'),
            'payment_count': 'wakings.payment_count',
            'total_amount': 'wakings.amount',
            'payments': 'wakings.payments',
            'paying_agencies': 'wakings.agencies',
        }) }} as evidence
    from wakings
    left join units on wakings.unit_id = units.unit_id
    where wakings.recency = 1
)

{{ rule_result('account') }}
