-- 超预算支付：某单位某年某经济分类的支付合计，超过了这一分类当年的预算（没有预算数的分类不比）。
with budgets as (
    select treasury_agency_code, fiscal_year, dep_exp_eco_code, amount as budget_amount
    from {{ ref('int_budget') }}
),

paid as (
    select
        treasury_agency_code,
        st_year,
        dep_exp_eco_code,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        sum(payment_count) as payment_count,
        sum(amount) as total_amount
    from {{ ref('int_paid_budget_line') }}
    group by treasury_agency_code, st_year, dep_exp_eco_code
),

population as (
    select
        paid.*,
        budgets.budget_amount,
        paid.total_amount - budgets.budget_amount as excess_amount
    from paid
    inner join budgets
        on
            paid.treasury_agency_code = budgets.treasury_agency_code
            and paid.st_year = budgets.fiscal_year
            and paid.dep_exp_eco_code = budgets.dep_exp_eco_code
),

-- The payments of few lines are asked for.
overspent as (
    select
        population.*,
        (
            select max(payments.pay_date)
            from {{ ref('int_payment') }} as payments
            where
                {{ agency_code_key('payments') }} = {{ agency_code_key('population') }}
                and payments.st_year = population.st_year
                and payments.is_live
        ) as last_pay_date
    from population
    where total_amount > budget_amount
),

hits as (
    select
        treasury_agency_code || ':' || cast(st_year as text) || ':' || dep_exp_eco_code
            as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        last_pay_date as occurred_on,
        excess_amount as amount,
        {{ evidence({
            'budget_year': 'cast(st_year as text)',
            'economic_code': 'dep_exp_eco_code',
            'budget_amount': 'budget_amount',
            'total_amount': 'total_amount',
            'excess_amount': 'excess_amount',
            'payment_count': 'payment_count',
            'last_pay_date': 'last_pay_date',
        }) }} as evidence
    from overspent
)

{{ rule_result('budget_line') }}
