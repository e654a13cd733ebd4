-- One row per live payment that names no procurement procedure, with the threshold for its code.
{{ config(materialized='fresh_view') }}
with payments as (
    select * from {{ ref('int_payment') }}
),

thresholds as (
    select seed.dep_exp_eco_code, seed.threshold
    from {{ ref('procurement_threshold') }} as seed
    where {{ in_force('seed') }}
),

final as (
    select
        payments.payment_no,
        payments.unit_id,
        payments.treasury_agency_code,
        payments.finance_agency_code,
        payments.payee_acct_no,
        payments.payee_acct_name,
        payments.dep_exp_eco_code,
        payments.pay_date,
        {{ days_between('payments.pay_date', "date '2000-01-01'") }} as pay_day,
        payments.amount,
        coalesce(own.threshold, common.threshold) as threshold
    from payments
    left join thresholds as own on payments.dep_exp_eco_code = own.dep_exp_eco_code
    left join thresholds as common on common.dep_exp_eco_code = '*'
    where
        payments.is_live
        and payments.dep_exp_eco_code is not null
        and payments.gov_procurement_id is null
        and coalesce(payments.pur_met_code, '9') = '9'
)

select * from final
