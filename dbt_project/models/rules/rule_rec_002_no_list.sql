-- 接待无清单：列支公务接待费（30217）的凭证，过了宽限期仍没有上传接待清单。
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
        reception_amount,
        list_count,
        attachment_count,
        summary
    from vouchers
    where
        is_live
        and has_reception_expense
        and {{ after_grace('posting_date') }}
),

hits as (
    select
        voucher_id as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        event_date as occurred_on,
        reception_amount as amount,
        {{ evidence({
            'event_date': 'event_date',
            'posting_date': 'posting_date',
            'reception_amount': 'reception_amount',
            'uploaded_count': 'attachment_count',
            'summary': 'summary',
        }) }} as evidence
    from population
    where list_count = 0
)

{{ rule_result('voucher') }}
