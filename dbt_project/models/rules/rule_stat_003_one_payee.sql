-- 一家独大：一个单位一年里某个支出科目的六成以上付给了同一个收款人。
with payments as (
    select *
    from {{ ref('int_payment') }}
    where is_live and dep_exp_eco_code is not null and payee_acct_name is not null
),

lone_codes as (
    select seed.dep_exp_eco_code
    from {{ ref('single_payee_code') }} as seed
    where {{ in_force('seed') }}
),

payees as (
    select
        treasury_agency_code,
        st_year,
        dep_exp_eco_code,
        payee_acct_name,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        count(*) as payment_count,
        sum(amount) as amount,
        sum(sum(amount)) over (
            partition by treasury_agency_code, st_year, dep_exp_eco_code
        ) as code_amount,
        min(pay_date) as first_pay_date,
        max(pay_date) as last_pay_date,
        {{ joined_list('payment_no', 'pay_date, payment_no', 50) }} as payments
    from payments
    group by treasury_agency_code, st_year, dep_exp_eco_code, payee_acct_name
),

population as (
    select payees.*
    from payees
    where
        not exists (
            select 1
            from lone_codes
            where payees.dep_exp_eco_code like lone_codes.dep_exp_eco_code || '%'
        )
),

hits as (
    select
        treasury_agency_code || ':' || cast(st_year as text) || ':' || dep_exp_eco_code || ':'
        || payee_acct_name as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        last_pay_date as occurred_on,
        amount,
        {{ evidence({
            'payee_name': 'payee_acct_name',
            'economic_code': 'dep_exp_eco_code',
            'fiscal_year': 'st_year',
            'payment_count': 'payment_count',
            'total_amount': 'amount',
            'code_amount': 'code_amount',
            'first_pay_date': 'first_pay_date',
            'last_pay_date': 'last_pay_date',
            'payments': 'payments',
        }) }} as evidence
    from population
    where
        amount * 100 >= code_amount * {{ rule_parameter('STAT-003', 'min_share_percent') }}
        and amount >= {{ rule_parameter('STAT-003', 'min_amount') }}
        and payment_count >= {{ rule_parameter('STAT-003', 'min_payments') }}
)

{{ rule_result('payment_group') }}
