-- 借贷不平：财务会计分录（科目 1 至 5 开头）或预算会计分录（6 至 8 开头）的借方合计不等于贷方合计。
with vouchers as (
    select * from {{ ref('int_voucher') }}
),

population as not materialized (
    select
        voucher_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        event_date,
        financial_debit,
        financial_credit,
        budget_debit,
        budget_credit,
        financial_debit - financial_credit as financial_difference,
        budget_debit - budget_credit as budget_difference,
        summary
    from vouchers
    where is_live
),

hits as (
    select
        voucher_id as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        event_date as occurred_on,
        greatest(abs(financial_difference), abs(budget_difference)) as amount,
        {{ evidence({
            'financial_debit': 'financial_debit',
            'financial_credit': 'financial_credit',
            'financial_difference': 'financial_difference',
            'budget_debit': 'budget_debit',
            'budget_credit': 'budget_credit',
            'budget_difference': 'budget_difference',
            'summary': 'summary',
        }) }} as evidence
    from population
    where financial_difference != 0 or budget_difference != 0
)

{{ rule_result('voucher') }}
