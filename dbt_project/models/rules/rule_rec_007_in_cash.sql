-- 现金付接待费：公务接待费（30217）的支出分录用现金结算。
with entries as (
    select * from {{ ref('int_voucher_entry') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

population as (
    select
        voucher_id,
        sum(case when set_mode_code = '1' then amt end) as cash_amount,
        max(case when set_mode_code = '1' then fund_tra_obj_name end) as payee_name
    from entries
    where
        is_live
        and is_expense
        and {{ begins_with('dep_bgt_eco_code', '30217') }}
        and set_mode_code is not null
    group by voucher_id
),

hits as (
    select
        population.voucher_id as subject_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date as occurred_on,
        population.cash_amount as amount,
        {{ evidence({
            'event_date': 'vouchers.event_date',
            'posting_date': 'vouchers.posting_date',
            'cash_amount': 'population.cash_amount',
            'reception_amount': 'vouchers.reception_amount',
            'payee_name': 'population.payee_name',
            'summary': 'vouchers.summary',
        }) }} as evidence
    from population
    inner join vouchers on population.voucher_id = vouchers.voucher_id
    where population.cash_amount is not null
)

{{ rule_result('voucher') }}
