-- 大额现金：有财政支付渠道的单位，用现金支付单笔 1000 元及以上的支出（村没有公务卡，不算）。
with entries as (
    select * from {{ ref('int_voucher_entry') }}
),

cash_entries as (
    select *
    from entries
    where
        is_live
        and is_expense
        and set_mode_code = '1'
        and treasury_agency_code is not null
),

population as (
    select distinct voucher_id from cash_entries
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
            'cash_entry_count': 'count(*)',
            'largest_cash_entry': 'max(amt)',
            'total_cash': 'sum(amt)',
            'payee_names': joined_list("coalesce(fund_tra_obj_name, '')", 'vou_seq'),
            'summaries': joined_list('vou_det_desc', 'vou_seq'),
            'posting_date': 'max(posting_date)',
        }) }} as evidence
    from cash_entries
    where amt >= {{ rule_parameter('VOU-009', 'min_cash') }}
    group by voucher_id
)

{{ rule_result('voucher') }}
