-- 非工作日接待：公函或接待清单上的来访日期是休息日（按国务院放假和调休安排）。
with papers as (
    select * from {{ ref('int_reception_paper') }}
),

calendar as (
    select * from {{ ref('official_calendar') }}
),

visits as (
    select
        voucher_id,
        visit_date,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        max(visit_unit) as visit_unit,
        max(summary) as summary,
        max(event_date) as event_date,
        max(amount) as amount
    from papers
    where visit_date is not null
    group by voucher_id, visit_date
),

population as (
    select distinct voucher_id from visits
),

days_off as (
    select visits.*, coalesce(calendar.name, '周末') as day_name
    from visits
    left join calendar on visits.visit_date = calendar.date
    where not {{ is_working_day('visits.visit_date', 'calendar') }}
),

hits as (
    select
        voucher_id as subject_id,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        min(visit_date) as occurred_on,
        max(amount) as amount,
        {{ evidence({
            'visit_date': joined_list('cast(visit_date as text)', 'visit_date'),
            'day_name': joined_list('day_name', 'visit_date'),
            'visit_unit': 'max(visit_unit)',
            'event_date': 'max(event_date)',
            'summary': 'max(summary)',
        }) }} as evidence
    from days_off
    group by voucher_id
)

{{ rule_result('voucher') }}
