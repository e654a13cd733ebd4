-- 首两位数字异常：一个账套一年的借方金额，首两位数字的分布明显偏离本福特定律。
with digits as (
    select * from {{ ref('int_account_set_digit') }}
),

expected as (
    select seed.first_digits, seed.share
    from {{ ref('benford_share') }} as seed
    where {{ in_force('seed') }}
),

population as (
    select
        acct_set_code,
        fiscal_year,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        sum(entry_count) as entry_count,
        max(last_voucher_date) as last_voucher_date
    from digits
    group by acct_set_code, fiscal_year
    having sum(entry_count) >= {{ rule_parameter('STAT-001', 'min_amounts') }}
),

-- In entries instead of shares, and so exact: how many too many or too few begin with each pair.
excesses as (
    select
        population.acct_set_code,
        population.fiscal_year,
        expected.first_digits,
        coalesce(digits.entry_count, 0) - population.entry_count * expected.share as excess
    from population
    cross join expected
    left join digits
        on
            population.acct_set_code = digits.acct_set_code
            and population.fiscal_year = digits.fiscal_year
            and expected.first_digits = digits.first_digits
),

deviations as (
    select
        acct_set_code,
        fiscal_year,
        count(*) as pairs,
        sum(abs(excess)) as deviation,
        {{ joined_list('first_digits', 'excess desc, first_digits', 5) }} as common_digits
    from excesses
    group by acct_set_code, fiscal_year
),

hits as (
    select
        population.acct_set_code || ':' || cast(population.fiscal_year as text) as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.last_voucher_date as occurred_on,
        cast(null as numeric(18, 2)) as amount,
        {{ evidence({
            'fiscal_year': 'population.fiscal_year',
            'entry_count': 'population.entry_count',
            'common_digits': 'deviations.common_digits',
            'deviation_per_million': 'cast(floor('
                ~ 'deviations.deviation * 1000000 / (deviations.pairs * population.entry_count)'
                ~ ') as bigint)',
        }) }} as evidence
    from population
    inner join deviations
        on
            population.acct_set_code = deviations.acct_set_code
            and population.fiscal_year = deviations.fiscal_year
    where
        deviations.deviation * 10000
        > {{ rule_parameter('STAT-001', 'max_deviation_per_10000') }}
        * deviations.pairs * population.entry_count
)

{{ rule_result('acct_set_year') }}
