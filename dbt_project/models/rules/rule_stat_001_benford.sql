-- 首两位数字异常：一个账套一年的借方金额，首两位数字的分布明显偏离本福特定律。
with counts as (
    select * from {{ ref('int_first_digit_count') }}
),

digits as (
    select
        acct_set_code,
        fiscal_year,
        first_digits,
        sum(cast(entry_count as integer)) as entry_count
    from counts
    group by acct_set_code, fiscal_year, first_digits
),

expected as (
    select seed.first_digits, seed.share
    from {{ ref('benford_share') }} as seed
    where {{ in_force('seed') }}
),

expectation as (
    select count(*) as pairs, sum(share) as share from expected
),

population as (
    select
        acct_set_code,
        fiscal_year,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        sum(entry_count) as entry_count
    from counts
    group by acct_set_code, fiscal_year
    having sum(entry_count) >= {{ rule_parameter('STAT-001', 'min_amounts') }}
),

-- In entries instead of shares, and so exact: how many too many or too few begin with each pair.
seen_pairs as (
    select
        population.acct_set_code,
        population.fiscal_year,
        digits.first_digits,
        population.entry_count * expected.share as due,
        digits.entry_count - population.entry_count * expected.share as excess
    from population
    inner join digits
        on
            population.acct_set_code = digits.acct_set_code
            and population.fiscal_year = digits.fiscal_year
    inner join expected on digits.first_digits = expected.first_digits
),

compared as (
    select
        acct_set_code,
        fiscal_year,
        sum(abs(excess) - due) as deviation_beyond_share
    from seen_pairs
    group by acct_set_code, fiscal_year
),

-- A pair that never comes deviates by what it should be.
deviations as (
    select
        population.*,
        expectation.pairs,
        population.entry_count * expectation.share
        + coalesce(compared.deviation_beyond_share, 0) as deviation
    from population
    cross join expectation
    left join compared
        on
            population.acct_set_code = compared.acct_set_code
            and population.fiscal_year = compared.fiscal_year
),

suspects as (
    select
        deviations.*,
        (
            select max(vouchers.voucher_date)
            from {{ ref('int_voucher') }} as vouchers
            where
                vouchers.is_live
                and vouchers.acct_set_code = deviations.acct_set_code
                and vouchers.fiscal_year = deviations.fiscal_year
        ) as last_voucher_date
    from deviations
    where
        deviation * 10000
        > {{ rule_parameter('STAT-001', 'max_deviation_per_10000') }} * pairs * entry_count
),

-- Put in order for what is found only.
common as (
    select
        suspects.acct_set_code,
        suspects.fiscal_year,
        {{ joined_list('pairs.first_digits', 'pairs.excess desc, pairs.first_digits', 5) }}
            as common_digits
    from suspects
    inner join seen_pairs as pairs
        on
            suspects.acct_set_code = pairs.acct_set_code
            and suspects.fiscal_year = pairs.fiscal_year
    where pairs.excess > 0
    group by suspects.acct_set_code, suspects.fiscal_year
),

found as (
    select suspects.*, common.common_digits
    from suspects
    left join common
        on
            suspects.acct_set_code = common.acct_set_code
            and suspects.fiscal_year = common.fiscal_year
),

-- Amounts that follow the law deviate too, the more the fewer they are: by 1 / sqrt(158.8 n) on
-- average.
hits as (
    select
        acct_set_code || ':' || cast(fiscal_year as text) as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        last_voucher_date as occurred_on,
        cast(null as numeric(18, 2)) as amount,
        {{ evidence({
            'fiscal_year': 'fiscal_year',
            'entry_count': 'entry_count',
            'common_digits': 'common_digits',
            'deviation_per_million':
                'cast(floor(deviation * 1000000 / (pairs * entry_count)) as bigint)',
            'chance_deviation_per_million':
                'cast(floor(1000000 / sqrt(158.8 * entry_count)) as bigint)',
        }) }} as evidence
    from found
)

{{ rule_result('acct_set_year') }}
