-- 陈旧发票：从开票到记账超过 180 天。
with vouchers as (
    select * from {{ ref('int_voucher') }}
),

invoices as not materialized (
    select
        voucher_id,
        attachment_no,
        coalesce(invoice_id, '无号码') as invoice_id,
        invoice_date,
        {{ days_between('posting_date', 'invoice_date') }} as age_days
    from {{ ref('int_invoice') }}
    where invoice_date is not null and posting_date is not null
),

population as (
    select distinct voucher_id from invoices
),

stale as (
    select
        voucher_id,
        count(*) as stale_count,
        max(age_days) as age_days,
        {{ joined_list('invoice_id', 'attachment_no') }} as stale_invoices,
        min(invoice_date) as first_invoice_date
    from invoices
    where age_days > {{ rule_parameter('INV-007', 'max_days') }}
    group by voucher_id
),

hits as (
    select
        stale.voucher_id as subject_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date as occurred_on,
        vouchers.expense_amount as amount,
        {{ evidence({
            'posting_date': 'vouchers.posting_date',
            'invoice_date': 'stale.first_invoice_date',
            'days_late': 'stale.age_days',
            'limit_days': rule_parameter('INV-007', 'max_days'),
            'invoice_count': 'stale.stale_count',
            'invoices': 'stale.stale_invoices',
            'summary': 'vouchers.summary',
        }) }} as evidence
    from stale
    inner join vouchers on stale.voucher_id = vouchers.voucher_id
)

{{ rule_result('voucher') }}
