-- One row per attachment as of the business date, with what is known of its voucher. A view: see
-- int_voucher_entry.
{{ config(materialized='fresh_view') }}
select
    attachments.voucher_id,
    attachments.attachment_no,
    vouchers.unit_id,
    vouchers.finance_agency_code,
    vouchers.treasury_agency_code,
    attachments.acct_set_code,
    attachments.fiscal_year,
    attachments.acct_period,
    attachments.voucher_no,
    attachments.attachment_type,
    attachments.document_no,
    attachments.file_sha256,
    attachments.invoice_code,
    attachments.invoice_no,
    attachments.seller_name,
    attachments.seller_tax_no,
    attachments.buyer_name,
    attachments.buyer_tax_no,
    attachments.check_result,
    attachments.visit_unit,
    vouchers.is_live,
    attachments.amount,
    attachments.visitors_num,
    attachments.companions_num,
    attachments.document_date,
    attachments.visit_date,
    vouchers.posting_date,
    attachments.uploaded_at
from {{ ref('stg_finance__attachment') }} as attachments
left join {{ ref('int_voucher') }} as vouchers on attachments.voucher_id = vouchers.voucher_id
where {{ in_force_on_business_date('attachments') }}
