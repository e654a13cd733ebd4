-- 附件资料缺失：支出 1000 元及以上的凭证，过了宽限期仍没有上传任何附件（折旧、摊销、计提除外）。
with vouchers as (
    select * from {{ ref('int_voucher') }}
),

population as (
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
        and not is_noncash_only
        and expense_amount >= {{ rule_parameter('ATT-001', 'min_expense') }}
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
            'expense_amount': 'expense_amount',
            'uploaded_count': 'attachment_count',
            'declared_count': 'vou_cnt',
            'summary': 'summary',
        }) }} as evidence
    from population
    where attachment_count = 0
)

{{ rule_result('voucher') }}
