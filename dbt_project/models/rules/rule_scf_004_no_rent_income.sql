-- 出租无收入：资产出租满 180 天且合同未到期，但起租以来账上没有这笔租金的收入或应缴款。
with leases as (
    select * from {{ ref('int_lease') }}
),

population as (
    select
        *,
        {{ normalised_name('tenant_name') }} as tenant_normalised_name,
        {{ days_between(business_date(), 'starts_on') }} as days_let,
        cast(
            annual_rent * ({{ days_between('ends_on', 'starts_on') }} + 1) / 365 as numeric(18, 2)
        ) as contract_rent
    from leases
    where
        unit_id is not null
        and {{ days_between(business_date(), 'starts_on') }}
        >= {{ rule_parameter('SCF-004', 'min_days') }}
        and {{ business_date() }} <= ends_on
),

income as (
    select * from {{ ref('int_rent_receipt') }}
),

paid as (
    select distinct population.lease_no
    from population
    inner join income
        on
            population.unit_id = income.unit_id
            and population.starts_on <= income.voucher_date
    where
        income.counterparty = population.tenant_normalised_name
        or {{ contains('income.summary', 'population.tenant_name') }}
        or {{ contains('income.summary', 'population.asset_name') }}
        or {{ contains('income.summary', "'租'") }}
),

hits as (
    select
        population.lease_no as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.starts_on as occurred_on,
        population.annual_rent as amount,
        {{ evidence({
            'asset_name': 'population.asset_name',
            'tenant_name': 'population.tenant_name',
            'annual_rent': 'population.annual_rent',
            'starts_on': 'population.starts_on',
            'ends_on': 'population.ends_on',
            'days_let': 'population.days_let',
            'rent_due':
                'cast(population.annual_rent * population.days_let / 365 as numeric(18, 2))',
            'contract_rent': 'population.contract_rent',
        }) }} as evidence
    from population
    left join paid on population.lease_no = paid.lease_no
    where paid.lease_no is null
)

{{ rule_result('lease') }}
