-- 用途与科目不符：支付用途里写着接待、培训、会议等字样，列支的经济分类却不是其中任何一种对应的科目。
with payments as (
    select * from {{ ref('int_payment') }}
),

keywords as (
    select seed.keyword, seed.dep_exp_eco_code
    from {{ ref('purpose_keyword') }} as seed
    where {{ in_force('seed') }}
),

-- Grouped, so that a purpose is searched once and not once per payment.
purposes as (
    select pay_summary_name, dep_exp_eco_code
    from payments
    where is_live and dep_exp_eco_code is not null and pay_summary_name is not null
    group by pay_summary_name, dep_exp_eco_code
),

judged as (
    select
        purposes.pay_summary_name,
        purposes.dep_exp_eco_code,
        max(
            case
                when purposes.dep_exp_eco_code like keywords.dep_exp_eco_code || '%' then 1
                else 0
            end
        ) = 1 as is_right,
        {{ joined_list('keywords.keyword') }} as keywords,
        {{ joined_list('keywords.dep_exp_eco_code') }} as expected_codes
    from purposes
    inner join keywords on {{ contains('purposes.pay_summary_name', 'keywords.keyword') }}
    group by purposes.pay_summary_name, purposes.dep_exp_eco_code
),

population as (
    select payments.*, judged.is_right, judged.keywords, judged.expected_codes
    from payments
    inner join judged
        on
            payments.pay_summary_name = judged.pay_summary_name
            and payments.dep_exp_eco_code = judged.dep_exp_eco_code
    where payments.is_live
),

hits as (
    select
        payment_no as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        pay_date as occurred_on,
        amount,
        {{ evidence({
            'purpose': 'pay_summary_name',
            'keywords': 'keywords',
            'economic_code': 'dep_exp_eco_code',
            'expected_codes': 'expected_codes',
            'pay_date': 'pay_date',
            'payee_name': 'payee_acct_name',
        }) }} as evidence
    from population
    where not is_right
)

{{ rule_result('payment') }}
