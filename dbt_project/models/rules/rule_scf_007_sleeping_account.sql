-- 沉睡账户苏醒：登记在册的账户超过一年没有收付，忽然又有一笔大额进出。
{%- set payer = unit_label('units.unit_name', 'payments.treasury_agency_code') %}
{%- set sleep_days = rule_parameter('SCF-007', 'sleep_days') %}
with movements as not materialized (
    select * from {{ ref('int_account_movement') }}
),

accounts as (
    select * from {{ ref('int_account') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

-- Stretches of 31 days, counted from any day: cheaper to tell than months.
stretches as (
    select distinct
        account_no,
        cast({{ days_between('pay_date', "date '1900-01-01'") }} / 31 as integer) as stretch_no
    from movements
),

population as (
    select
        account_no,
        max(stretch_no) - min(stretch_no) + 1 - count(*) as stretches_without
    from stretches
    group by account_no
),

-- So many days hold almost as many whole stretches: the days of few accounts are put in order.
days as (
    select
        account_no,
        pay_date,
        lag(pay_date) over (partition by account_no order by pay_date) as previous_date
    from movements
    where
        account_no = any(array(
            select account_no from population where stretches_without >= {{ sleep_days }} / 31 - 2
        ))
),

woken as (
    select *
    from days
    where {{ days_between('pay_date', 'previous_date') }} > {{ sleep_days }}
),

-- Few days are asked for, by index.
payments as (
    select *
    from {{ ref('int_payment') }}
    where
        is_live
        and amount >= {{ rule_parameter('SCF-007', 'min_amount') }}
        and pay_date = any(array(select pay_date from woken))
),

wakings as (
    select
        woken.account_no,
        woken.previous_date,
        woken.pay_date,
        count(*) as payment_count,
        sum(payments.amount) as amount,
        {{ joined_list('payments.payment_no', limit=50) }} as payments,
        {{ joined_list(payer, 'payments.payment_no', 50) }} as agencies,
        row_number() over (
            partition by woken.account_no order by woken.pay_date desc
        ) as recency
    from woken
    inner join payments
        on
            woken.pay_date = payments.pay_date
            and woken.account_no in (payments.pay_acct_no, payments.payee_acct_no)
    left join units on payments.unit_id = units.unit_id
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
