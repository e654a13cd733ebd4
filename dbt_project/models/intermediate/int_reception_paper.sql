-- One row per official letter or reception list of a live voucher, with the voucher's facts.
{{ config(tags=['fact']) }}
with attachments as (
    select * from {{ ref('int_attachment') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

final as (
    select
        attachments.voucher_id,
        attachments.attachment_no,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        attachments.attachment_type,
        attachments.document_no,
        attachments.visit_unit,
        vouchers.summary,
        vouchers.has_reception_expense,
        attachments.visitors_num,
        attachments.companions_num,
        case
            when vouchers.has_reception_expense then vouchers.reception_amount
            else vouchers.expense_amount
        end as amount,
        attachments.document_date,
        attachments.visit_date,
        vouchers.event_date,
        vouchers.posting_date
    from attachments
    inner join vouchers on attachments.voucher_id = vouchers.voucher_id
    where
        attachments.is_live
        and attachments.attachment_type in ('official_letter', 'reception_list')
)

select * from final
