-- One row per unit, accounting period and economic code: what its live vouchers spend on it.
{{ config(tags=['fact']) }}
with expenses as (
    select * from {{ ref('int_expense_code') }} where unit_id is not null
),

final as (
    select
        unit_id,
        fiscal_year,
        acct_period,
        dep_bgt_eco_code,
        count(*) as voucher_count,
        cast(sum(amount) as numeric(18, 2)) as amount
    from expenses
    group by unit_id, fiscal_year, acct_period, dep_bgt_eco_code
)

select * from final
