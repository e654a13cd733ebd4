-- 先记账后开票：所附发票的开票日期晚于凭证的记账日期。
with vouchers as (
    select * from {{ ref('int_voucher') }}
),

invoices as not materialized (
    select
        voucher_id,
        attachment_no,
        coalesce(invoice_id, '无号码') as invoice_id,
        invoice_date,
        posting_date
    from {{ ref('int_invoice') }}
    where invoice_date is not null and posting_date is not null
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
