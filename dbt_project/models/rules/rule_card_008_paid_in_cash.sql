-- 应刷卡却付现金：强制结算目录内的支出用现金支付，单笔 200 元以上、不到 1000 元（1000 元以上见 VOU-009）；村级没有公务卡，不算。
with entries as (
    select *
    from {{ ref('int_voucher_entry') }}
    where
        is_live
        and is_expense
        and set_mode_code = '1'
        and treasury_agency_code is not null
),

compulsory as (
    select seed.dep_bgt_eco_code
    from {{ ref('compulsory_card_code') }} as seed
    where {{ in_force('seed') }}
),

cash as (
    select entries.*
    from entries
    inner join compulsory on entries.dep_bgt_eco_code = compulsory.dep_bgt_eco_code
),

population as (
    select distinct voucher_id from cash
),

hits as (
    select
        voucher_id as subject_id,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        max(event_date) as occurred_on,
        sum(amt) as amount,
        {{ evidence({
            'event_date': 'max(event_date)',
            'posting_date': 'max(posting_date)',
            'cash_amount': 'sum(amt)',
            'entry_count': 'count(*)',
            'economic_codes': joined_list('dep_bgt_eco_code', 'vou_seq'),
            'summaries': joined_list('vou_det_desc', 'vou_seq'),
        }) }} as evidence
    from cash
    where
        amt >= {{ rule_parameter('CARD-008', 'min_amount') }}
        and amt < {{ rule_parameter('CARD-008', 'below_amount') }}
    group by voucher_id
)

{{ rule_result('voucher') }}
