-- 先接待后补函：公函的落款日期晚于函上写明的来访日期。
with papers as (
    select * from {{ ref('int_reception_paper') }}
),

letters as (
    select *
    from papers
    where
        attachment_type = 'official_letter'
        and document_date is not null
        and visit_date is not null
),

population as (
    select distinct voucher_id from letters
),

hits as (
    select
        voucher_id as subject_id,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        max(event_date) as occurred_on,
        max(amount) as amount,
        {{ evidence({
            'letter_no': joined_list("coalesce(document_no, '无文号')", 'attachment_no'),
            'letter_date': joined_list('cast(document_date as text)', 'attachment_no'),
            'visit_date': joined_list('cast(visit_date as text)', 'attachment_no'),
            'visit_unit': 'max(visit_unit)',
            'summary': 'max(summary)',
        }) }} as evidence
    from letters
    where document_date > visit_date
    group by voucher_id
)

{{ rule_result('voucher') }}
