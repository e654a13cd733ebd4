-- 一家独大：一个单位一年里某个支出科目的六成以上付给了同一个收款人。
with payments as not materialized (
    select
        payment_no,
        treasury_agency_code,
        st_year,
        dep_exp_eco_code,
        payee_acct_name,
        unit_id,
        finance_agency_code,
        amount,
        pay_date
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
        min(pay_date) as first_pay_date,
        max(pay_date) as last_pay_date
    from payments
    group by treasury_agency_code, st_year, dep_exp_eco_code, payee_acct_name
),

codes as (
    select
        treasury_agency_code,
        st_year,
        dep_exp_eco_code,
        sum(amount) as code_amount
    from payees
    group by treasury_agency_code, st_year, dep_exp_eco_code
),

-- Asked of codes: there are far more payees.
several_payee_codes as materialized (
    select codes.*
    from codes
    where
        not exists (
            select 1
            from lone_codes
            where codes.dep_exp_eco_code like lone_codes.dep_exp_eco_code || '%'
        )
),

population as (
    select payees.*, several_payee_codes.code_amount
    from payees
    inner join several_payee_codes
        on
            payees.treasury_agency_code = several_payee_codes.treasury_agency_code
            and payees.st_year = several_payee_codes.st_year
            and payees.dep_exp_eco_code = several_payee_codes.dep_exp_eco_code
),

found as (
    select *
    from population
    where
        amount * 100 >= code_amount * {{ rule_parameter('STAT-003', 'min_share_percent') }}
        and amount >= {{ rule_parameter('STAT-003', 'min_amount') }}
        and payment_count >= {{ rule_parameter('STAT-003', 'min_payments') }}
),

-- Listed for what is found only, not for every payee.
lists as (
    select
        found.treasury_agency_code,
        found.st_year,
        found.dep_exp_eco_code,
        found.payee_acct_name,
        {{ joined_list('payments.payment_no', 'payments.pay_date, payments.payment_no', 50) }}
            as payments
    from found
    inner join payments
        on
            found.treasury_agency_code = payments.treasury_agency_code
            and found.st_year = payments.st_year
            and found.dep_exp_eco_code = payments.dep_exp_eco_code
            and found.payee_acct_name = payments.payee_acct_name
    group by
        found.treasury_agency_code, found.st_year, found.dep_exp_eco_code, found.payee_acct_name
),

listed as (
    select found.*, lists.payments
    from found
    inner join lists
        on
            found.treasury_agency_code = lists.treasury_agency_code
            and found.st_year = lists.st_year
            and found.dep_exp_eco_code = lists.dep_exp_eco_code
            and found.payee_acct_name = lists.payee_acct_name
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
            'share_percent': 'cast(100 * amount / nullif(code_amount, 0) as numeric(18, 2))',
            'first_pay_date': 'first_pay_date',
            'last_pay_date': 'last_pay_date',
            'payments': 'payments',
        }) }} as evidence
    from listed
)

{{ rule_result('payment_group') }}
