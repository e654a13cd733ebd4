-- One row per purpose that has a keyword and code it was paid on: is the code one of those meant?
{{ config(materialized='fresh_view') }}
with payments as (
    select * from {{ ref('int_payment') }}
),

keywords as (
    select seed.keyword, seed.dep_exp_eco_code
    from {{ ref('purpose_keyword') }} as seed
    where {{ in_force('seed') }}
),

purposes as (
    select pay_summary_name, dep_exp_eco_code
    from payments
    where pay_summary_name is not null and dep_exp_eco_code is not null
    group by pay_summary_name, dep_exp_eco_code
),

final as (
    select
        purposes.pay_summary_name,
        purposes.dep_exp_eco_code,
        {{ joined_list('keywords.keyword') }} as keywords,
        {{ joined_list('keywords.dep_exp_eco_code', 'keywords.keyword') }} as expected_codes,
        max(
            case
                when purposes.dep_exp_eco_code like keywords.dep_exp_eco_code || '%' then 1
                else 0
            end
        ) = 1 as is_right
    from purposes
    inner join keywords on {{ contains('purposes.pay_summary_name', 'keywords.keyword') }}
    group by purposes.pay_summary_name, purposes.dep_exp_eco_code
)

select * from final
