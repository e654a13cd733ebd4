-- 大额支付给个人：收款人是自然人（职工工资账户，或两到四个字、不含单位用字的户名），一笔 1 万元及以上。
with payments as (
    select * from {{ ref('int_payment') }}
),

persons as (
    select * from {{ ref('int_person_payee') }}
),

staff as (
    select salary_acct_no, min(person_name) as person_name
    from {{ ref('int_person') }}
    where salary_acct_no is not null
    group by salary_acct_no
),

population as not materialized (
    select
        payment_no,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        dep_exp_eco_code,
        payee_acct_no,
        payee_acct_name,
        pay_summary_name,
        amount,
        pay_date
    from payments
    where
        is_live
        and amount >= {{ rule_parameter('PAY-002', 'min_amount') }}
        and dep_exp_eco_code is not null
        and not {{ begins_with('dep_exp_eco_code', ['301', '303', '30226']) }}
),

hits as (
    select
        population.payment_no as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.pay_date as occurred_on,
        population.amount,
        {{ evidence({
            'pay_date': 'population.pay_date',
            'payee_name': 'population.payee_acct_name',
            'payee_account': 'population.payee_acct_no',
            'salary_account_of': 'staff.person_name',
            'economic_code': 'population.dep_exp_eco_code',
            'purpose': 'population.pay_summary_name',
        }) }} as evidence
    from population
    left join staff on population.payee_acct_no = staff.salary_acct_no
    left join persons on population.payee_acct_name = persons.payee_acct_name
    where staff.salary_acct_no is not null or persons.payee_acct_name is not null
)

{{ rule_result('payment') }}
