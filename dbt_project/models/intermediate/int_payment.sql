-- One row per treasury payment as of the business date, with its unit and its accounts.
{{ config(tags=['fact']) }}
with payments as not materialized (
    select *
    from {{ ref('stg_treasury__payment') }}
    where {{ in_force_on_business_date() }}
),

accounts as not materialized (
    select * from {{ ref('int_account') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

-- Grouped, so that a name is normalised once and not once per payment.
payees as (
    select payee_acct_name, {{ normalised_name('payee_acct_name') }} as payee_normalised_name
    from payments
    group by payee_acct_name
),

final as (
    select
        payments.voucher_no as payment_no,
        payments.agency_code as treasury_agency_code,
        units.finance_agency_code,
        units.unit_id,
        payments.st_year,
        payments.status,
        payments.dep_exp_eco_code,
        payments.exp_func_code,
        payments.pay_type_code,
        payments.set_mode_code,
        payments.pur_met_code,
        payments.gov_procurement_id,
        payments.pay_acct_no,
        payments.pay_acct_name,
        pay_account.account_kind as pay_acct_kind,
        payments.payee_acct_no,
        payments.payee_acct_name,
        payees.payee_normalised_name,
        payee_account.account_kind as payee_acct_kind,
        payee_account.unit_id as payee_acct_unit_id,
        payments.x_payee_acct_no,
        payments.x_payee_acct_name,
        payments.pay_summary_name,
        payments.status = 'paid' as is_live,
        payee_account.account_no is not null as is_payee_acct_registered,
        payments.pay_amt as amount,
        payments.x_pay_amt,
        coalesce(payments.x_pay_date, payments.vou_date) as pay_date,
        payments.x_pay_date,
        payments.vou_date
    from payments
    left join units on payments.agency_code = units.treasury_agency_code
    left join accounts as pay_account on payments.pay_acct_no = pay_account.account_no
    left join accounts as payee_account on payments.payee_acct_no = payee_account.account_no
    left join payees on payments.payee_acct_name = payees.payee_acct_name
)

select * from final
