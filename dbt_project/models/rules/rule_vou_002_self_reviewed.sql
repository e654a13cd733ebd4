-- 制单审核同一人：凭证的制单人和审核人是同一个人，没有人复核。
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
        self_reviewer,
        summary
    from vouchers
    where is_live and (auditor is not null or self_reviewer is not null)
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
            'preparer_and_reviewer': 'self_reviewer',
            'posting_date': 'posting_date',
            'expense_amount': 'expense_amount',
            'summary': 'summary',
        }) }} as evidence
    from population
    where self_reviewer is not null
)

{{ rule_result('voucher') }}
