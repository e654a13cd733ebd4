-- 往来长期挂账：预付账款、其他应收款对同一往来对象的余额，超过 180 天一直没有结清过。
with advances as (
    select * from {{ ref('int_advance') }}
),

changes as (
    select
        acct_set_code,
        account_code,
        fund_tra_obj_name,
        voucher_date,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        sum(change) as change
    from advances
    where voucher_date <= {{ business_date() }}
    group by acct_set_code, account_code, fund_tra_obj_name, voucher_date
),

balances as (
    select
        *,
        sum(change) over (
            partition by acct_set_code, account_code, fund_tra_obj_name
            order by voucher_date
        ) as balance
    from changes
),

turns as (
    select
        *,
        coalesce(
            lag(balance) over (
                partition by acct_set_code, account_code, fund_tra_obj_name
                order by voucher_date
            ),
            0
        ) as balance_before
    from balances
),

population as (
    select
        acct_set_code,
        account_code,
        fund_tra_obj_name,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        sum(change) as balance,
        max(case when balance > 0 and balance_before <= 0 then voucher_date end) as open_since,
        max(voucher_date) as last_movement_on
    from turns
    group by acct_set_code, account_code, fund_tra_obj_name
    having sum(change) > 0
),

hits as (
    select
        acct_set_code || ':' || account_code || ':' || fund_tra_obj_name as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        open_since as occurred_on,
        balance as amount,
        {{ evidence({
            'account_code': 'account_code',
            'counterparty': 'fund_tra_obj_name',
            'balance': 'balance',
            'open_since': 'open_since',
            'days_open': days_between(business_date(), 'open_since'),
            'last_movement_on': 'last_movement_on',
        }) }} as evidence
    from population
    where
        {{ days_between(business_date(), 'open_since') }}
        > {{ rule_parameter('VOU-006', 'max_days') }}
)

{{ rule_result('advance') }}
