-- 必备附件缺失：会议费缺会议通知或签到表，培训费缺培训通知或签到表，差旅费缺出差审批单（已传过别的附件，过了宽限期）。
with vouchers as (
    select * from {{ ref('int_voucher') }}
),

required as (
    select * from {{ ref('int_required_attachment') }}
),

demands as (
    select
        vouchers.voucher_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date,
        vouchers.posting_date,
        vouchers.expense_amount,
        vouchers.attachment_count,
        vouchers.summary,
        required.attachment_type,
        required.dep_bgt_eco_code,
        required.is_uploaded
    from vouchers
    inner join required on vouchers.voucher_id = required.voucher_id
    where
        vouchers.is_live
        and vouchers.attachment_count > 0
        and {{ after_grace('vouchers.posting_date') }}
),

population as (
    select distinct voucher_id from demands
),

hits as (
    select
        voucher_id as subject_id,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        max(event_date) as occurred_on,
        max(expense_amount) as amount,
        {{ evidence({
            'missing_types': joined_list('attachment_type'),
            'economic_code': 'min(dep_bgt_eco_code)',
            'uploaded_count': 'max(attachment_count)',
            'posting_date': 'max(posting_date)',
            'summary': 'max(summary)',
        }) }} as evidence
    from demands
    where not is_uploaded
    group by voucher_id
)

{{ rule_result('voucher') }}
