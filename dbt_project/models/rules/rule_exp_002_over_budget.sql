-- 三公经费超预算：公务接待、公务用车、因公出国（境）当年支出合计，超过这三项当年预算的合计（没有列的项目按 0 算）。
{%- set is_reception = begins_with('dep_bgt_eco_code', '30217') %}
{%- set is_vehicle = begins_with('dep_bgt_eco_code', '30231') %}
{%- set is_abroad = begins_with('dep_bgt_eco_code', '30212') %}
with budgets as (
    select * from {{ ref('int_budget') }}
),

expenses as (
    select * from {{ ref('int_public_expense') }}
),

spent as (
    select
        finance_agency_code,
        fiscal_year,
        sum(amount) as total_amount,
        sum(case when {{ is_reception }} then amount else 0 end) as reception_amount,
        sum(case when {{ is_vehicle }} then amount else 0 end) as vehicle_amount,
        sum(case when {{ is_abroad }} then amount else 0 end) as abroad_amount
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

-- The vouchers of few agencies are asked for.
overspent as (
    select
        population.*,
        spent.total_amount,
        spent.reception_amount,
        spent.vehicle_amount,
        spent.abroad_amount,
        (
            select max(vouchers.posting_date)
            from {{ ref('int_expense_code') }} as vouchers
            where
                vouchers.finance_agency_code = population.finance_agency_code
                and vouchers.fiscal_year = population.fiscal_year
                and {{ is_public_expense() }}
        ) as last_posting_date
    from population
    inner join spent
        on
            population.finance_agency_code = spent.finance_agency_code
            and population.fiscal_year = spent.fiscal_year
    where spent.total_amount > population.budget_amount
),

hits as (
    select
        finance_agency_code || ':' || cast(fiscal_year as text)
            as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        last_posting_date as occurred_on,
        total_amount - budget_amount as amount,
        {{ evidence({
            'budget_year': 'cast(fiscal_year as text)',
            'budget_amount': 'budget_amount',
            'total_expense': 'total_amount',
            'excess_amount': 'total_amount - budget_amount',
            'reception_amount': 'reception_amount',
            'vehicle_amount': 'vehicle_amount',
            'abroad_amount': 'abroad_amount',
            'last_posting_date': 'last_posting_date',
        }) }} as evidence
    from overspent
)

{{ rule_result('agency_year') }}
