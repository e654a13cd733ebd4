-- 陪餐超标：一份接待清单上来访不超过 10 人而陪同超过 3 人，或来访超过 10 人而陪同超过其三分之一。
{%- set small_party = rule_parameter('REC-003', 'small_party') %}
{%- set max_companions = rule_parameter('REC-003', 'max_companions') %}
{%- set visitors_each = rule_parameter('REC-003', 'visitors_per_companion') %}
with papers as (
    select * from {{ ref('int_reception_paper') }}
),

lists as (
    select *
    from papers
    where
        attachment_type = 'reception_list'
        and visitors_num is not null
        and companions_num is not null
),

population as (
    select distinct voucher_id from lists
),

too_many as (
    select
        *,
        cast(
            case
                when visitors_num <= {{ small_party }} then {{ max_companions }}
                else floor(visitors_num / {{ visitors_each }})
            end as integer
        ) as allowed_num
    from lists
    where
        (visitors_num <= {{ small_party }} and companions_num > {{ max_companions }})
        or (
            visitors_num > {{ small_party }}
            and companions_num * {{ visitors_each }} > visitors_num
        )
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
            'visitors': joined_list('cast(visitors_num as text)', 'attachment_no'),
            'companions': joined_list('cast(companions_num as text)', 'attachment_no'),
            'allowed_companions': joined_list('cast(allowed_num as text)', 'attachment_no'),
            'excess_companions':
                joined_list('cast(companions_num - allowed_num as text)', 'attachment_no'),
            'list_count': 'count(*)',
            'reception_amount': 'max(case when has_reception_expense then amount end)',
            'visit_unit': 'max(visit_unit)',
            'event_date': 'max(event_date)',
            'summary': 'max(summary)',
        }) }} as evidence
    from too_many
    group by voucher_id
)

{{ rule_result('voucher') }}
