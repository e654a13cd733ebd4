-- 票少报多：申报的附件都已上传，发票金额合计仍少于支出金额（工资、补助、差旅、劳务除外）。
with all_invoices as (
    select * from {{ ref('int_invoice') }}
),

by_code as not materialized (
    select * from {{ ref('int_expense_code') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

prefixes as (
    select seed.code_prefix
    from {{ ref('code_without_invoice') }} as seed
    where {{ in_force('seed') }}
),

allowance_codes as (
    select distinct codes.dep_bgt_eco_code
    from (select distinct dep_bgt_eco_code from by_code) as codes
    inner join prefixes on codes.dep_bgt_eco_code like prefixes.code_prefix || '%'
),

allowances as (
    select distinct by_code.voucher_id
    from by_code
    inner join allowance_codes on by_code.dep_bgt_eco_code = allowance_codes.dep_bgt_eco_code
),

invoiced as (
    select
        voucher_id,
        sum(amount) as invoice_amount,
        count(*) = count(amount) as is_told
    from all_invoices
    group by voucher_id
),

population as (
    select
        vouchers.*,
        invoiced.invoice_amount,
        vouchers.expense_amount - invoiced.invoice_amount as shortfall
    from invoiced
    inner join vouchers on invoiced.voucher_id = vouchers.voucher_id
    left join allowances on invoiced.voucher_id = allowances.voucher_id
    where
        invoiced.is_told
        and vouchers.attachment_count >= vouchers.vou_cnt
        and allowances.voucher_id is null
),

hits as (
    select
        voucher_id as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        event_date as occurred_on,
        shortfall as amount,
        {{ evidence({
            'expense_amount': 'expense_amount',
            'invoice_amount': 'invoice_amount',
            'shortfall': 'shortfall',
            'declared_count': 'vou_cnt',
            'uploaded_count': 'attachment_count',
            'summary': 'summary',
        }) }} as evidence
    from population
    where shortfall > {{ rule_parameter('INV-008', 'tolerance') }}
)

{{ rule_result('voucher') }}
