-- One row per voucher entry as of the business date. A view: the day costs nothing, and readers
-- reach one voucher by the index of the staging table; without a CTE, which would be planned apart.
{{ config(materialized='fresh_view') }}
select
    entries.voucher_id,
    entries.vou_seq,
    vouchers.unit_id,
    vouchers.finance_agency_code,
    vouchers.treasury_agency_code,
    entries.acct_set_code,
    entries.fiscal_year,
    entries.acct_period,
    entries.voucher_no,
    entries.vou_det_desc,
    entries.gov_acct_cls_code,
    entries.gov_acct_cls_name,
    entries.dep_bgt_eco_code,
    entries.exp_func_code,
    entries.pro_code,
    entries.fund_tra_obj_name,
    entries.set_mode_code,
    entries.pur_met_code,
    entries.fatype_code,
    entries.pay_voucher_no,
    entries.card_txn_no,
    vouchers.is_live,
    vouchers.has_budget_expense,
    entries.dr_cr = 'D' as is_debit,
    entries.dr_cr = 'D' and {{ begins_with('entries.gov_acct_cls_code', '5') }} as is_expense,
    entries.amt,
    vouchers.voucher_date,
    vouchers.posting_date,
    vouchers.event_date,
    entries.bill_date
from {{ ref('stg_finance__voucher_entry') }} as entries
inner join {{ ref('int_voucher') }} as vouchers on entries.voucher_id = vouchers.voucher_id
where {{ in_force_on_business_date('entries') }}
