-- 一函多用：同一来访单位的同一份公函，附在不同单位的凭证上，或附在同一单位相隔超过 7 天的凭证上。
with papers as (
    select * from {{ ref('int_reception_paper') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

letters as (
    select
        document_no || ':' || {{ normalised_name('visit_unit') }} as letter_id,
        voucher_id,
        min(document_no) as document_no,
        min(visit_unit) as visit_unit,
        min(unit_id) as unit_id,
        min(finance_agency_code) as finance_agency_code,
        min(treasury_agency_code) as treasury_agency_code,
        min(event_date) as event_date,
        min(posting_date) as posting_date,
        min(amount) as amount
    from papers
    where
        attachment_type = 'official_letter'
        and document_no is not null
        and visit_unit is not null
    group by document_no || ':' || {{ normalised_name('visit_unit') }}, voucher_id
),

population as (
    select
        letter_id,
        count(*) as voucher_count,
        min(finance_agency_code) != max(finance_agency_code) as is_several_units,
        {{ days_between('max(event_date)', 'min(event_date)') }} as days_apart
    from letters
    group by letter_id
),

uses as (
    select
        letters.*,
        {{ unit_label('units.unit_name', 'letters.finance_agency_code') }} as unit_label,
        population.voucher_count,
        population.days_apart,
        row_number() over (
            partition by letters.letter_id
            order by letters.event_date, letters.posting_date, letters.voucher_id
        ) as place
    from population
    inner join letters on population.letter_id = letters.letter_id
    left join units on letters.unit_id = units.unit_id
    where
        population.is_several_units
        or population.days_apart > {{ rule_parameter('REC-005', 'same_visit_days') }}
),

hits as (
    select
        letter_id as subject_id,
        max(case when place = voucher_count then unit_id end) as unit_id,
        max(case when place = voucher_count then finance_agency_code end) as finance_agency_code,
        max(case when place = voucher_count then treasury_agency_code end) as treasury_agency_code,
        max(event_date) as occurred_on,
        sum(amount) as amount,
        {{ evidence({
            'letter_no': 'max(document_no)',
            'visit_unit': 'max(visit_unit)',
            'total_expense': 'sum(amount)',
            'days_apart': 'max(days_apart)',
            'voucher_count': 'max(voucher_count)',
            'vouchers': joined_list('voucher_id', 'place', 100),
            'agencies': joined_list('unit_label', 'place', 100),
        }) }} as evidence
    from uses
    group by letter_id
)

{{ rule_result('letter') }}
