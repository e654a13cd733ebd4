-- 沉睡账户苏醒：登记在册的账户一年以上没有收付，忽然又有一笔大额进出。
with days as (
    select * from {{ ref('int_account_day') }}
),

accounts as (
    select * from {{ ref('int_account') }}
),

payments as (
    select *
    from {{ ref('int_payment') }}
    where is_live and amount >= {{ rule_parameter('SCF-007', 'min_amount') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

population as (
    select distinct account_no from days
),

woken as (
    select *
    from days
    where
        {{ days_between('pay_date', 'previous_date') }}
        > {{ rule_parameter('SCF-007', 'sleep_days') }}
),

wakings as (
    select
        woken.account_no,
        woken.previous_date,
        woken.pay_date,
        count(*) as payment_count,
        sum(payments.amount) as amount,
        {{ joined_list('payments.payment_no', limit=50) }} as payments,
        {{ joined_list('payments.treasury_agency_code', 'payments.payment_no', 50) }} as agencies,
        row_number() over (
            partition by woken.account_no order by woken.pay_date desc
        ) as recency
    from woken
    inner join payments
        on
            woken.pay_date = payments.pay_date
            and woken.account_no in (payments.pay_acct_no, payments.payee_acct_no)
    group by woken.account_no, woken.previous_date, woken.pay_date
),

hits as (
    select
        wakings.account_no as subject_id,
        accounts.unit_id,
        units.finance_agency_code,
        units.treasury_agency_code,
        wakings.pay_date as occurred_on,
        wakings.amount,
        {{ evidence({
            'account_name': 'accounts.account_name',
            'account_kind': 'accounts.account_kind',
            'last_movement_date': 'wakings.previous_date',
            'pay_date': 'wakings.pay_date',
            'days_asleep': days_between('wakings.pay_date', 'wakings.previous_date'),
            'payment_count': 'wakings.payment_count',
            'total_amount': 'wakings.amount',
            'payments': 'wakings.payments',
            'paying_agencies': 'wakings.agencies',
        }) }} as evidence
    from wakings
    inner join accounts on wakings.account_no = accounts.account_no
    left join units on accounts.unit_id = units.unit_id
    where wakings.recency = 1
)

{{ rule_result('account') }}
