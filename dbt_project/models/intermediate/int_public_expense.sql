-- One row per agency, accounting year and economic code of the three public expenses.
{{ config(tags=['fact']) }}
with expenses as (
    select * from {{ ref('int_expense_code') }} where {{ is_public_expense() }}
),

final as (
    select
        finance_agency_code,
        fiscal_year,
        dep_bgt_eco_code,
        count(*) as voucher_count,
        cast(sum(amount) as numeric(18, 2)) as amount
    from expenses
    group by finance_agency_code, fiscal_year, dep_bgt_eco_code
)

select * from final
