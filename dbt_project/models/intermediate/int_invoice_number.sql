-- One row per invoice number of a unit and seller, with the run of consecutive numbers it is in.
{{ config(materialized='fresh_view') }}
with all_invoices as (
    select * from {{ ref('int_invoice') }}
),

numbers as (
    select
        finance_agency_code,
        seller_name,
        coalesce(invoice_code, '') as invoice_code,
        invoice_no,
        max(unit_id) as unit_id,
        max(treasury_agency_code) as treasury_agency_code,
        min(voucher_id) as first_voucher_id,
        max(voucher_id) as last_voucher_id,
        max(amount) as amount,
        min(invoice_date) as invoice_date
    from all_invoices
    where
        seller_name is not null
        and invoice_date is not null
        and {{ matches('invoice_no', '^[0-9]{1,20}$') }}
    group by 1, 2, 3, 4
),

-- Consecutive numbers are written with as many digits; each is one above its place in the run.
placed as (
    select
        *,
        length(invoice_no) as digits,
        cast(invoice_no as numeric(20, 0)) - row_number() over (
            partition by finance_agency_code, seller_name, invoice_code, length(invoice_no)
            order by invoice_no
        ) as run_start
    from numbers
),

final as (
    select
        finance_agency_code,
        unit_id,
        treasury_agency_code,
        seller_name,
        invoice_code,
        invoice_no,
        min(invoice_no) over (
            partition by finance_agency_code, seller_name, invoice_code, digits, run_start
        ) as first_invoice_no,
        first_voucher_id,
        last_voucher_id,
        amount,
        invoice_date
    from placed
)

select * from final
