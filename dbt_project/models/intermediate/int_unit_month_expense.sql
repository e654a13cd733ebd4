-- One row per unit, accounting period and economic code: what its live vouchers spend, its peers'
-- quartiles and how many peers spend on it too.
{{ config(materialized='fresh_view') }}
with months as (
    select * from {{ ref('int_unit_code_expense') }} where amount > 0
),

peers as (
    select * from {{ ref('int_unit_peer') }} where unit_type is not null
),

ranked as (
    select
        months.*,
        peers.finance_agency_code,
        peers.treasury_agency_code,
        peers.unit_type,
        peers.township_size,
        count(*) over alike as alike,
        row_number() over (
            partition by
                peers.unit_type,
                peers.township_size,
                months.fiscal_year,
                months.acct_period,
                months.dep_bgt_eco_code
            order by months.amount, months.unit_id
        ) as place
    from months
    inner join peers on months.unit_id = peers.unit_id
    window
        alike as (
            partition by
                peers.unit_type,
                peers.township_size,
                months.fiscal_year,
                months.acct_period,
                months.dep_bgt_eco_code
        )
),

-- Four times the first and third quartile and twice the median: between two amounts they lie at
-- whole fourths.
placed as (
    select
        *,
        mod(alike - 1, 4) as rest_1,
        mod(3 * (alike - 1), 4) as rest_3,
        4 * (place - 1) - (alike - 1) as beyond_1,
        4 * (place - 1) - 3 * (alike - 1) as beyond_3
    from ranked
),

quartiles as (
    select
        *,
        cast(
            sum(
                case
                    when beyond_1 = -rest_1 then (4 - rest_1) * amount
                    when beyond_1 = 4 - rest_1 then rest_1 * amount
                    else 0
                end
            ) over alike as numeric(18, 2)
        ) as four_q1,
        cast(
            sum(
                case
                    when beyond_3 = -rest_3 then (4 - rest_3) * amount
                    when beyond_3 = 4 - rest_3 then rest_3 * amount
                    else 0
                end
            ) over alike as numeric(18, 2)
        ) as four_q3,
        cast(
            sum(
                case
                    when 2 * place = alike + 1 then 2 * amount
                    when 2 * place in (alike, alike + 2) then amount
                    else 0
                end
            ) over alike as numeric(18, 2)
        ) as two_median
    from placed
    window
        alike as (
            partition by unit_type, township_size, fiscal_year, acct_period, dep_bgt_eco_code
        )
),

final as (
    select
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        fiscal_year,
        acct_period,
        dep_bgt_eco_code,
        unit_type,
        township_size,
        amount,
        voucher_count,
        alike - 1 as peer_count,
        four_q1,
        two_median,
        four_q3
    from quartiles
)

select * from final
