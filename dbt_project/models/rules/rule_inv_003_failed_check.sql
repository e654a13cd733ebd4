-- 发票查验不过关：所附发票的查验结果是不一致、已作废或已红冲（未查验的不算）。
with all_invoices as (
    select * from {{ ref('int_invoice') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

invoices as (
    select
        voucher_id,
        attachment_no,
        check_result,
        coalesce(invoice_id, '无号码') as invoice_id
    from all_invoices
    where check_result in ('ok', 'mismatch', 'voided', 'reversed')
),

population as (
    select distinct voucher_id from invoices
),

failed as (
    select
        voucher_id,
        count(*) as failed_count,
        count(case when check_result = 'mismatch' then 1 end) as mismatch_count,
        count(case when check_result = 'voided' then 1 end) as voided_count,
        count(case when check_result = 'reversed' then 1 end) as reversed_count,
        {{ joined_list('invoice_id', 'attachment_no') }} as failed_invoices
    from invoices
    where check_result != 'ok'
    group by voucher_id
),

hits as (
    select
        failed.voucher_id as subject_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date as occurred_on,
        vouchers.expense_amount as amount,
        {{ evidence({
            'invoice_count': 'failed.failed_count',
            'mismatch_count': 'failed.mismatch_count',
            'voided_count': 'failed.voided_count',
            'reversed_count': 'failed.reversed_count',
            'invoices': 'failed.failed_invoices',
            'summary': 'vouchers.summary',
        }) }} as evidence
    from failed
    inner join vouchers on failed.voucher_id = vouchers.voucher_id
)

{{ rule_result('voucher') }}
