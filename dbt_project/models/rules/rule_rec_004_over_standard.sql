-- 接待超标准：公务接待费（30217）除以清单上来访和陪同的总人数，超过本地人均标准。
with papers as (
    select * from {{ ref('int_reception_paper') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

standards as (
    select seed.township, seed.standard
    from {{ ref('reception_standard') }} as seed
    where {{ in_force('seed') }}
),

receptions as (
    select
        voucher_id,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        max(event_date) as event_date,
        max(amount) as amount,
        cast(sum(visitors_num) as integer) as visitors,
        cast(sum(companions_num) as integer) as companions,
        count(*) = count(visitors_num) and count(*) = count(companions_num) as is_told
    from papers
    where attachment_type = 'reception_list' and has_reception_expense
    group by voucher_id
),

population as (
    select
        receptions.*,
        coalesce(own.standard, common.standard) as standard,
        cast(
            (receptions.visitors + receptions.companions)
            * coalesce(own.standard, common.standard) as numeric(18, 2)
        ) as allowed_amount
    from receptions
    left join units on receptions.unit_id = units.unit_id
    left join standards as own on units.township = own.township
    left join standards as common on common.township = '*'
    where receptions.is_told and receptions.visitors + receptions.companions > 0
),

hits as (
    select
        voucher_id as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        event_date as occurred_on,
        amount,
        {{ evidence({
            'reception_amount': 'amount',
            'allowed_amount': 'allowed_amount',
            'over_standard_amount': 'amount - allowed_amount',
            'standard': 'standard',
            'visitors': 'visitors',
            'companions': 'companions',
            'event_date': 'event_date',
        }) }} as evidence
    from population
    where amount > allowed_amount
)

{{ rule_result('voucher') }}
