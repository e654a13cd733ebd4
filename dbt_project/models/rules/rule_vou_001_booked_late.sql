-- 记账不及时：最晚记账日期比业务发生日期晚了超过 30 天（超过 90 天为橙色）。
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
        summary,
        {{ days_between('posting_date', 'event_date') }} as days_late
    from vouchers
    where
        is_live
        and event_date is not null
        and posting_date is not null
),

hits as (
    select
        voucher_id as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        event_date as occurred_on,
        expense_amount as amount,
        case
            when days_late > {{ rule_parameter('VOU-001', 'orange_over_days') }} then 'orange'
        end as base_tier,
        {{ evidence({
            'event_date': 'event_date',
            'posting_date': 'posting_date',
            'days_late': 'days_late',
            'limit_days': rule_parameter('VOU-001', 'late_days'),
            'summary': 'summary',
        }) }} as evidence
    from population
    where days_late > {{ rule_parameter('VOU-001', 'late_days') }}
)

{{ rule_result('voucher', tiered=true) }}
