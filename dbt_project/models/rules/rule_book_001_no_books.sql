-- 有支付无账：最近 90 天有国库支付，但在记账平台没有对应单位，或超过 90 天没有记过账。
{%- set paid_within_days = whole_days(rule_parameter('BOOK-001', 'paid_within_days')) %}
with payment_days as (
    select * from {{ ref('int_payment_day') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

books as (
    select * from {{ ref('int_unit_books') }}
),

in_review as (
    select distinct treasury_agency_code from {{ ref('int_unit_candidate') }}
),

paid as (
    select
        treasury_agency_code,
        sum(payment_count) as payment_count,
        sum(amount) as total_amount,
        max(pay_date) as last_pay_date
    from payment_days
    where
        pay_date <= {{ business_date() }}
        and pay_date > {{ business_date() }} - {{ paid_within_days }}
    group by treasury_agency_code
),

population as (
    select
        paid.*,
        units.unit_id,
        units.unit_name,
        units.finance_agency_code,
        keepers.unit_name as books_kept_by,
        books.last_posting_date
    from paid
    inner join units on paid.treasury_agency_code = units.treasury_agency_code
    left join units as keepers on units.books_kept_by_unit_id = keepers.unit_id
    left join books on units.unit_id = books.unit_id
    left join in_review on paid.treasury_agency_code = in_review.treasury_agency_code
    where in_review.treasury_agency_code is null
),

hits as (
    select
        treasury_agency_code as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        last_pay_date as occurred_on,
        total_amount as amount,
        {{ evidence({
            'unit_name': 'unit_name',
            'payment_count': 'payment_count',
            'total_amount': 'total_amount',
            'last_pay_date': 'last_pay_date',
            'last_posting_date': 'last_posting_date',
            'books_kept_by': 'books_kept_by',
        }) }} as evidence
    from population
    where
        last_posting_date is null
        or {{ days_between(business_date(), 'last_posting_date') }}
        > {{ rule_parameter('BOOK-001', 'silent_days') }}
)

{{ rule_result('treasury_agency') }}
