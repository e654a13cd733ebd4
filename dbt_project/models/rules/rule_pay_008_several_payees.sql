-- 一个账号多个收款人：同一收款账号在 180 天内以两个以上不同的户名收款。
{%- set agency = 'treasury_agency_code' %}
{%- set payer = unit_label('units.unit_name', 'shared.' ~ agency) %}
with payees as (
    select * from {{ ref('int_payee') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

shared as (
    select * from {{ ref('int_shared_payee_account') }}
),

population as (
    select distinct payee_acct_no
    from payees
    where live_payment_count > 0 and payee_acct_no is not null
),

-- Two names within the days mean two neighbours in time that differ within the days.
changed as (
    select payee_acct_no, min(pay_date) as changed_on
    from shared
    where
        payee_normalised_name != earlier_normalised_name
        and {{ days_between('pay_date', 'earlier_pay_date') }}
        <= {{ rule_parameter('PAY-008', 'window_days') }}
    group by payee_acct_no
),

payee_names as (
    select payee_acct_no, {{ joined_list('payee_acct_name') }} as payee_names
    from shared
    where place_of_name = 1
    group by payee_acct_no
),

payers as (
    select
        shared.payee_acct_no,
        {{ joined_list(payer, 'shared.' ~ agency, 100) }} as agencies
    from shared
    left join units on shared.unit_id = units.unit_id
    where shared.place_of_agency = 1
    group by shared.payee_acct_no
),

hits as (
    select
        shared.payee_acct_no as subject_id,
        max(case when place_from_latest = 1 then unit_id end) as unit_id,
        max(case when place_from_latest = 1 then finance_agency_code end) as finance_agency_code,
        max(case when place_from_latest = 1 then {{ agency }} end) as treasury_agency_code,
        max(changed.changed_on) as occurred_on,
        sum(shared.amount) as amount,
        {{ evidence({
            'payee_account': 'shared.payee_acct_no',
            'payee_names': 'max(payee_names.payee_names)',
            'payment_count': 'count(*)',
            'total_amount': 'sum(shared.amount)',
            'first_pay_date': 'min(shared.pay_date)',
            'last_pay_date': 'max(shared.pay_date)',
            'payments': joined_list('shared.payment_no', 'shared.place_from_latest'),
            'paying_agencies': 'max(payers.agencies)',
        }) }} as evidence
    from shared
    inner join changed on shared.payee_acct_no = changed.payee_acct_no
    inner join payee_names on shared.payee_acct_no = payee_names.payee_acct_no
    inner join payers on shared.payee_acct_no = payers.payee_acct_no
    group by shared.payee_acct_no
)

{{ rule_result('payee_account') }}
