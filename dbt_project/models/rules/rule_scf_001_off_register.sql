-- 账外账户：收款户名是本区被监管单位，但收款账号从未在账户登记中出现过。
with paid as (
    select
        *,
        row_number() over (
            partition by payee_acct_no
            order by pay_date desc, payment_no desc
        ) as place
    from {{ ref('int_payment_to_unit_name') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

payers as (
    select
        pairs.payee_acct_no,
        {{ joined_list(
            unit_label('units.unit_name', 'pairs.treasury_agency_code'),
            'pairs.treasury_agency_code', 100
        ) }} as agencies
    from (select distinct payee_acct_no, unit_id, treasury_agency_code from paid) as pairs
    left join units on pairs.unit_id = units.unit_id
    group by pairs.payee_acct_no
),

population as (
    select
        payee_acct_no,
        max(case when place = 1 then unit_id end) as unit_id,
        max(case when place = 1 then finance_agency_code end) as finance_agency_code,
        max(case when place = 1 then treasury_agency_code end) as treasury_agency_code,
        max(case when place = 1 then payee_acct_name end) as payee_name,
        max(case when place = 1 then owner_name end) as owner_name,
        min(pay_date) as first_pay_date,
        max(pay_date) as last_pay_date,
        count(*) as payment_count,
        sum(amount) as total_amount,
        {{ joined_list('payment_no', 'place') }} as payments,
        max(case when is_payee_acct_registered then 1 else 0 end) as is_registered
    from paid
    group by payee_acct_no
),

hits as (
    select
        population.payee_acct_no as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.first_pay_date as occurred_on,
        population.total_amount as amount,
        {{ evidence({
            'payee_name': 'population.payee_name',
            'payee_account': 'population.payee_acct_no',
            'owner_unit': 'population.owner_name',
            'payment_count': 'population.payment_count',
            'total_amount': 'population.total_amount',
            'last_pay_date': 'population.last_pay_date',
            'payments': 'population.payments',
            'paying_agencies': 'payers.agencies',
        }) }} as evidence
    from population
    inner join payers on population.payee_acct_no = payers.payee_acct_no
    where population.is_registered = 0
)

{{ rule_result('payee_account') }}
