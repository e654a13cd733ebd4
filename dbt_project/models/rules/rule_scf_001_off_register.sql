-- 账外账户：收款户名是本区被监管单位，但收款账号从未在账户登记中出现过。
with payments as (
    select * from {{ ref('int_payment') }}
),

supervised as (
    select normalised_name, min(unit_id) as unit_id
    from {{ ref('int_unit_name') }}
    where kind = 'own'
    group by normalised_name
),

paid as (
    select
        payments.*,
        supervised.unit_id as owner_unit_id,
        row_number() over (
            partition by payments.payee_acct_no
            order by payments.pay_date desc, payments.payment_no desc
        ) as place
    from payments
    inner join supervised on payments.payee_normalised_name = supervised.normalised_name
    where payments.is_live and payments.payee_acct_no is not null
),

population as (
    select
        payee_acct_no,
        max(case when place = 1 then unit_id end) as unit_id,
        max(case when place = 1 then finance_agency_code end) as finance_agency_code,
        max(case when place = 1 then treasury_agency_code end) as treasury_agency_code,
        max(case when place = 1 then payee_acct_name end) as payee_name,
        max(case when place = 1 then owner_unit_id end) as owner_unit_id,
        min(pay_date) as first_pay_date,
        max(pay_date) as last_pay_date,
        count(*) as payment_count,
        sum(amount) as total_amount,
        {{ joined_list('treasury_agency_code', 'place', 100) }} as paying_agencies,
        {{ joined_list('payment_no', 'place') }} as payments,
        max(case when is_payee_acct_registered then 1 else 0 end) as is_registered
    from paid
    group by payee_acct_no
),

hits as (
    select
        payee_acct_no as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        first_pay_date as occurred_on,
        total_amount as amount,
        {{ evidence({
            'payee_name': 'payee_name',
            'payee_account': 'payee_acct_no',
            'owner_unit': 'owner_unit_id',
            'payment_count': 'payment_count',
            'total_amount': 'total_amount',
            'last_pay_date': 'last_pay_date',
            'payments': 'payments',
            'paying_agencies': 'paying_agencies',
        }) }} as evidence
    from population
    where is_registered = 0
)

{{ rule_result('payee_account') }}
