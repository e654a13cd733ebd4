-- 三公经费超预算：公务接待、公务用车、因公出国（境）当年支出合计，超过这三项当年预算的合计（没有列的项目按 0 算）。
{%- set is_reception = begins_with('dep_bgt_eco_code', '30217') %}
{%- set is_vehicle = begins_with('dep_bgt_eco_code', '30231') %}
{%- set is_abroad = begins_with('dep_bgt_eco_code', '30212') %}
with budgets as (
    select * from {{ ref('int_budget') }}
),

expenses as (
    select *
    from {{ ref('int_expense_code') }}
    where {{ is_reception }} or {{ is_vehicle }} or {{ is_abroad }}
),

spent as (
    select
        finance_agency_code,
        fiscal_year,
        sum(amount) as total_amount,
        sum(case when {{ is_reception }} then amount else 0 end) as reception_amount,
        sum(case when {{ is_vehicle }} then amount else 0 end) as vehicle_amount,
        sum(case when {{ is_abroad }} then amount else 0 end) as abroad_amount,
        max(posting_date) as last_posting_date
    from expenses
    group by finance_agency_code, fiscal_year
),

population as (
    select
        finance_agency_code,
        fiscal_year,
        max(unit_id) as unit_id,
        max(treasury_agency_code) as treasury_agency_code,
        sum(
            case when dep_exp_eco_code in ('30217', '30231', '30212') then amount else 0 end
        ) as budget_amount
    from budgets
    where finance_agency_code is not null
    group by finance_agency_code, fiscal_year
),

hits as (
    select
        population.finance_agency_code || ':' || cast(population.fiscal_year as text)
            as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        spent.last_posting_date as occurred_on,
        spent.total_amount - population.budget_amount as amount,
        {{ evidence({
            'budget_year': 'cast(population.fiscal_year as text)',
            'budget_amount': 'population.budget_amount',
            'total_expense': 'spent.total_amount',
            'excess_amount': 'spent.total_amount - population.budget_amount',
            'reception_amount': 'spent.reception_amount',
            'vehicle_amount': 'spent.vehicle_amount',
            'abroad_amount': 'spent.abroad_amount',
            'last_posting_date': 'spent.last_posting_date',
        }) }} as evidence
    from population
    inner join spent
        on
            population.finance_agency_code = spent.finance_agency_code
            and population.fiscal_year = spent.fiscal_year
    where spent.total_amount > population.budget_amount
)

{{ rule_result('agency_year') }}
