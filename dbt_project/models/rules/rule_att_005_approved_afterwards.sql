-- 事后审批：出差审批单、会议通知、培训通知中最早一份的日期，晚于业务发生日期（报销审批单事后签是正常的，不看）。
with attachments as (
    select * from {{ ref('int_attachment') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

approvals as (
    select
        voucher_id,
        min(document_date) as first_approved_on,
        {{ joined_list('attachment_type', 'document_date, attachment_no', 1) }} as approval_type
    from attachments
    where
        is_live
        and document_date is not null
        and attachment_type in ('travel_approval', 'meeting_notice', 'training_notice')
    group by voucher_id
),

population as (
    select
        vouchers.voucher_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date,
        vouchers.posting_date,
        vouchers.expense_amount,
        vouchers.summary,
        approvals.approval_type,
        approvals.first_approved_on,
        {{ days_between('approvals.first_approved_on', 'vouchers.event_date') }} as days_late
    from approvals
    inner join vouchers on approvals.voucher_id = vouchers.voucher_id
    where vouchers.event_date is not null
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
            'approval_type': 'approval_type',
            'first_approved_on': 'first_approved_on',
            'event_date': 'event_date',
            'days_late': 'days_late',
            'posting_date': 'posting_date',
            'summary': 'summary',
        }) }} as evidence
    from population
    where days_late > 0
)

{{ rule_result('voucher') }}
