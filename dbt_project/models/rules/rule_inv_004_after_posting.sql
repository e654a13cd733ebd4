-- 先记账后开票：所附发票的开票日期晚于凭证的记账日期。
with all_invoices as (
    select * from {{ ref('int_invoice') }}
),

vouchers as not materialized (
    select * from {{ ref('int_voucher') }}
),

invoices as (
    select
        all_invoices.voucher_id,
        all_invoices.attachment_no,
        coalesce(all_invoices.invoice_id, '无号码') as invoice_id,
        all_invoices.invoice_date,
        vouchers.posting_date
    from all_invoices
    inner join vouchers on all_invoices.voucher_id = vouchers.voucher_id
    where all_invoices.invoice_date is not null and vouchers.posting_date is not null
),

population as (
    select distinct voucher_id from invoices
),

later as (
    select
        voucher_id,
        count(*) as later_count,
        {{ joined_list('invoice_id', 'attachment_no') }} as later_invoices,
        max(invoice_date) as last_invoice_date
    from invoices
    where invoice_date > posting_date
    group by voucher_id
),

hits as (
    select
        later.voucher_id as subject_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date as occurred_on,
        vouchers.expense_amount as amount,
        {{ evidence({
            'posting_date': 'vouchers.posting_date',
            'invoice_date': 'later.last_invoice_date',
            'invoice_count': 'later.later_count',
            'invoices': 'later.later_invoices',
            'summary': 'vouchers.summary',
        }) }} as evidence
    from later
    inner join vouchers on later.voucher_id = vouchers.voucher_id
)

{{ rule_result('voucher') }}
