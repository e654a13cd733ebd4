-- One row per voucher as of the business date, its entries taken together.
{{ config(tags=['fact']) }}
with entries as not materialized (
    select
        voucher_id,
        acct_set_code,
        fiscal_year,
        acct_period,
        voucher_no,
        vou_seq,
        agency_code,
        voucher_date,
        poster_date,
        bill_date,
        vou_cnt,
        red_flag,
        red_vou_no,
        vou_det_desc,
        gov_acct_cls_code,
        dr_cr,
        amt,
        dep_bgt_eco_code,
        inputer,
        auditor
    from {{ ref('stg_finance__voucher_entry') }}
    where {{ in_force_on_business_date() }}
),

attachments as (
    select voucher_id, attachment_type
    from {{ ref('stg_finance__attachment') }}
    where {{ in_force_on_business_date() }}
),

noncash as (
    select * from {{ ref('noncash_credit_account') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

noncash_codes as (
    select distinct credits.gov_acct_cls_code
    from (select distinct gov_acct_cls_code from entries where dr_cr = 'C') as credits
    inner join noncash on credits.gov_acct_cls_code like noncash.account_prefix || '%'
),

classified as (
    select
        entries.*,
        entries.dr_cr = 'D' and {{ begins_with('entries.gov_acct_cls_code', '5') }} as is_expense,
        entries.dr_cr = 'D'
        and {{ begins_with('entries.gov_acct_cls_code', '5') }}
        and {{ begins_with('entries.dep_bgt_eco_code', '30217') }} as is_reception,
        entries.dr_cr = 'C'
        and {{ begins_with('entries.gov_acct_cls_code', ['1', '2', '3', '4', '5']) }}
            as is_financial_credit,
        {{ begins_with('entries.gov_acct_cls_code', ['1', '2', '3', '4', '5']) }} as is_financial,
        {{ begins_with('entries.gov_acct_cls_code', ['6', '7', '8']) }} as is_budget,
        entries.gov_acct_cls_code = any(array(select gov_acct_cls_code from noncash_codes))
            as is_noncash
    from entries
),

-- Entries come in the order of their vouchers, by index, to as many processes as there are.
vouchers as (
    select
        voucher_id,
        min(acct_set_code) as acct_set_code,
        min(fiscal_year) as fiscal_year,
        min(acct_period) as acct_period,
        min(voucher_no) as voucher_no,
        {{ first_row(
            'first_entry', ['agency_code', 'inputer', 'auditor', 'vou_det_desc'], 'vou_seq'
        ) }},
        {{ first_row(
            'first_expense_entry', ['vou_det_desc'], 'case when is_expense then vou_seq end'
        ) }},
        min(voucher_date) as voucher_date,
        max(poster_date) as posting_date,
        coalesce(min(bill_date), min(voucher_date)) as event_date,
        max(vou_cnt) as vou_cnt,
        coalesce(bool_or(red_flag), false) as is_reversal,
        coalesce(sum(amt) filter (where is_expense), 0) as expense_amount,
        coalesce(sum(amt) filter (where is_reception), 0) as reception_amount,
        coalesce(bool_or(is_reception), false) as has_reception_expense,
        coalesce(bool_or(is_financial_credit), false)
        and coalesce(bool_and(is_noncash) filter (where is_financial_credit), true)
            as is_noncash_only,
        coalesce(bool_or({{ begins_with('gov_acct_cls_code', '7') }}), false) as has_budget_expense,
        min(inputer) filter (where inputer = auditor) as self_reviewer,
        coalesce(sum(amt) filter (where is_financial and dr_cr = 'D'), 0) as financial_debit,
        coalesce(sum(amt) filter (where is_financial and dr_cr = 'C'), 0) as financial_credit,
        coalesce(sum(amt) filter (where is_budget and dr_cr = 'D'), 0) as budget_debit,
        coalesce(sum(amt) filter (where is_budget and dr_cr = 'C'), 0) as budget_credit
    from classified
    group by voucher_id
),

naming as not materialized (
    select distinct voucher_id, red_vou_no
    from entries
    where red_vou_no is not null
),

reversals as (
    select
        voucher_id,
        min(acct_set_code) as acct_set_code,
        min(fiscal_year) as fiscal_year,
        min(acct_period) as acct_period,
        max(poster_date) as posting_date
    from entries
    where voucher_id in (select voucher_id from naming)
    group by voucher_id
    having bool_or(red_flag)
),

-- A number may come back every period: the latest not after the reversal's own is meant.
reversed_candidates as (
    select
        numbered.voucher_id,
        reversals.posting_date as reversed_on,
        rank() over (
            partition by reversals.voucher_id, naming.red_vou_no
            order by numbered.acct_period desc
        ) as recency
    from reversals
    inner join naming on reversals.voucher_id = naming.voucher_id
    inner join entries as numbered
        on
            reversals.acct_set_code = numbered.acct_set_code
            and reversals.fiscal_year = numbered.fiscal_year
            and naming.red_vou_no = numbered.voucher_no
    where
        numbered.acct_period <= reversals.acct_period
        and numbered.voucher_id != reversals.voucher_id
),

reversed as (
    select voucher_id, min(reversed_on) as reversed_on
    from reversed_candidates
    where recency = 1
    group by voucher_id
),

told as (
    select
        *,
        {{ of_first_row('first_entry', 1) }} as finance_agency_code,
        {{ of_first_row('first_entry', 2) }} as inputer,
        {{ of_first_row('first_entry', 3) }} as auditor,
        coalesce({{ of_first_row('first_expense_entry', 1) }}, {{ of_first_row('first_entry', 4) }})
            as summary
    from vouchers
),

attached as (
    select
        voucher_id,
        count(*) as attachment_count,
        count(case when attachment_type = 'invoice' then 1 end) as invoice_count,
        count(case when attachment_type = 'official_letter' then 1 end) as letter_count,
        count(case when attachment_type = 'reception_list' then 1 end) as list_count
    from attachments
    group by voucher_id
),

final as (
    select
        vouchers.voucher_id,
        vouchers.acct_set_code,
        vouchers.fiscal_year,
        vouchers.acct_period,
        vouchers.voucher_no,
        vouchers.finance_agency_code,
        units.unit_id,
        units.treasury_agency_code,
        vouchers.voucher_date,
        vouchers.posting_date,
        vouchers.event_date,
        vouchers.vou_cnt,
        vouchers.is_reversal,
        reversed.voucher_id is not null as is_reversed,
        reversed.reversed_on,
        not vouchers.is_reversal and reversed.voucher_id is null as is_live,
        cast(vouchers.expense_amount as numeric(18, 2)) as expense_amount,
        cast(vouchers.reception_amount as numeric(18, 2)) as reception_amount,
        vouchers.has_reception_expense,
        vouchers.is_noncash_only,
        vouchers.has_budget_expense,
        cast(vouchers.financial_debit as numeric(18, 2)) as financial_debit,
        cast(vouchers.financial_credit as numeric(18, 2)) as financial_credit,
        cast(vouchers.budget_debit as numeric(18, 2)) as budget_debit,
        cast(vouchers.budget_credit as numeric(18, 2)) as budget_credit,
        coalesce(attached.attachment_count, 0) as attachment_count,
        coalesce(attached.invoice_count, 0) as invoice_count,
        coalesce(attached.letter_count, 0) as letter_count,
        coalesce(attached.list_count, 0) as list_count,
        vouchers.summary,
        vouchers.inputer,
        vouchers.auditor,
        vouchers.self_reviewer
    from told as vouchers
    left join reversed on vouchers.voucher_id = reversed.voucher_id
    left join attached on vouchers.voucher_id = attached.voucher_id
    left join units on vouchers.finance_agency_code = units.finance_agency_code
)

select * from final
