-- 附件少于申报数：凭证上填的附件数多于过了宽限期后已上传的附件数（一份都没有的由 ATT-001 管）。
with vouchers as (
    select * from {{ ref('int_voucher') }}
),

population as not materialized (
    select
        voucher_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        event_date,
        posting_date,
        expense_amount,
        attachment_count,
        vou_cnt,
        summary
    from vouchers
    where
        is_live
        and vou_cnt is not null
        and attachment_count > 0
        and {{ after_grace('posting_date') }}
),

hits as (
    select
        voucher_id as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        event_date as occurred_on,
        expense_amount as amount,
        {{ evidence({
            'posting_date': 'posting_date',
            'declared_count': 'vou_cnt',
            'uploaded_count': 'attachment_count',
            'missing_count': 'vou_cnt - attachment_count',
            'summary': 'summary',
        }) }} as evidence
    from population
    where attachment_count < vou_cnt
)

{{ rule_result('voucher') }}
