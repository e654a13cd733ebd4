-- 疑似重复报销：同一单位 7 天内向同一对象、按同一经济科目两次列支同样金额（500 元及以上），又没有不同的发票区分。
with claims as (
    select * from {{ ref('int_claim') }}
),

pairs as (
    select * from {{ ref('int_claim_pair') }}
),

population as (
    select distinct voucher_id
    from claims
    where amount >= {{ rule_parameter('VOU-008', 'min_expense') }}
),

alike as (
    select
        *,
        row_number() over (
            partition by voucher_id, earlier_voucher_id
            order by fund_tra_obj_name, dep_bgt_eco_code
        ) as place_in_pair,
        row_number() over (
            partition by voucher_id, fund_tra_obj_name, dep_bgt_eco_code
            order by earlier_voucher_id
        ) as place_in_claim
    from pairs
    where not is_told_apart
),

hits as (
    select
        voucher_id as subject_id,
        max(unit_id) as unit_id,
        max(finance_agency_code) as finance_agency_code,
        max(treasury_agency_code) as treasury_agency_code,
        max(event_date) as occurred_on,
        sum(case when place_in_claim = 1 then amount end) as amount,
        {{ evidence({
            'earlier_vouchers': joined_list(
                'case when place_in_pair = 1 then earlier_voucher_id end',
                'place_in_pair, earlier_event_date, earlier_voucher_id'
            ),
            'payee_names': joined_list(
                'case when place_in_claim = 1 then fund_tra_obj_name end',
                'place_in_claim, fund_tra_obj_name, dep_bgt_eco_code'
            ),
            'economic_code': 'min(dep_bgt_eco_code)',
            'claimed_amount': 'sum(case when place_in_claim = 1 then amount end)',
            'window_days': rule_parameter('VOU-008', 'window_days'),
            'has_invoice_in_common': 'max(case when has_invoice_in_common then 1 else 0 end) = 1',
            'event_date': 'max(event_date)',
            'first_event_date': 'min(earlier_event_date)',
            'posting_date': 'max(posting_date)',
        }) }} as evidence
    from alike
    group by voucher_id
)

{{ rule_result('voucher') }}
