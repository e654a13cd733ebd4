-- 发票不规范：号码不是 8 位配 10 或 12 位代码、20 位无代码、10 位配 8 位代码中的任何一种。
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
        invoice_id,
        case
            when invoice_code is null then {{ matches('invoice_no', '^[0-9]{20}$') }}
            when {{ matches('invoice_no', '^[0-9]{8}$') }}
                then {{ matches('invoice_code', '^([0-9]{10}|[0-9]{12})$') }}
            else
                {{ matches('invoice_no', '^[0-9]{10}$') }}
                and {{ matches('invoice_code', '^[0-9]{8}$') }}
        end as is_regular
    from all_invoices
    where invoice_no is not null
),

population as (
    select distinct voucher_id from invoices
),

irregular as (
    select
        voucher_id,
        count(*) as irregular_count,
        {{ joined_list('invoice_id', 'attachment_no') }} as irregular_invoices
    from invoices
    where not is_regular
    group by voucher_id
),

hits as (
    select
        irregular.voucher_id as subject_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date as occurred_on,
        vouchers.expense_amount as amount,
        {{ evidence({
            'invoice_count': 'irregular.irregular_count',
            'invoices': 'irregular.irregular_invoices',
            'summary': 'vouchers.summary',
        }) }} as evidence
    from irregular
    inner join vouchers on irregular.voucher_id = vouchers.voucher_id
)

{{ rule_result('voucher') }}
