-- What every rule found on the business date, but retired ones: they are not evaluated. A new rule
-- adds its model's name to this list.
{{ config(
    materialized='fresh_table_in_parts',
    failures='ops.rule_failure',
    moves_on=true,
) }}
-- depends_on: {{ ref('rule_parameters') }}
-- depends_on: {{ ref('int_attachment') }}
-- depends_on: {{ ref('int_voucher_entry') }}
-- depends_on: {{ ref('int_unit_books') }}
-- depends_on: {{ ref('int_merchant_category') }}
-- depends_on: {{ ref('int_card_booking') }}
-- depends_on: {{ ref('int_payment_booking') }}
-- depends_on: {{ ref('int_card_transaction') }}
-- depends_on: {{ ref('int_payment') }}
-- depends_on: {{ ref('int_payment_between_units') }}
-- depends_on: {{ ref('int_payment_to_unit_name') }}
-- depends_on: {{ ref('int_payment_half_month') }}
-- depends_on: {{ ref('int_paid_budget_line') }}
-- depends_on: {{ ref('int_public_expense') }}
-- depends_on: {{ ref('int_agency_quarter') }}
-- depends_on: {{ ref('int_person') }}
-- depends_on: {{ ref('int_expense_code') }}
-- depends_on: {{ ref('int_claim') }}
-- depends_on: {{ ref('int_reception_paper') }}
-- depends_on: {{ ref('int_service_expense') }}
-- depends_on: {{ ref('int_advance') }}
-- depends_on: {{ ref('int_rent_receipt') }}
-- depends_on: {{ ref('int_first_digit_count') }}
-- depends_on: {{ ref('int_account_movement') }}
-- depends_on: {{ ref('int_payment_day') }}
-- depends_on: {{ ref('int_payee') }}
-- depends_on: {{ ref('int_posting_day') }}
-- depends_on: {{ ref('int_naming_day') }}
-- depends_on: {{ ref('int_swipe_naming_day') }}
-- depends_on: {{ ref('int_number_range') }}
-- depends_on: {{ ref('int_invoice') }}
-- depends_on: {{ ref('int_voucher') }}
{%- set rules = [
    'rule_vou_001_booked_late',
    'rule_vou_002_self_reviewed',
    'rule_vou_003_number_gaps',
    'rule_vou_004_unbalanced',
    'rule_vou_005_vague_summary',
    'rule_vou_006_advance_open',
    'rule_vou_008_claimed_twice',
    'rule_vou_009_large_cash',
    'rule_att_001_no_attachment',
    'rule_att_002_too_few',
    'rule_att_003_set_incomplete',
    'rule_att_004_shared_file',
    'rule_att_005_approved_afterwards',
    'rule_inv_001_irregular',
    'rule_inv_002_wrong_buyer',
    'rule_inv_003_failed_check',
    'rule_inv_004_after_posting',
    'rule_inv_005_booked_twice',
    'rule_inv_006_consecutive',
    'rule_inv_007_stale',
    'rule_inv_008_less_invoiced',
    'rule_rec_001_no_letter',
    'rule_rec_002_no_list',
    'rule_rec_003_companions',
    'rule_rec_004_over_standard',
    'rule_rec_005_letter_again',
    'rule_rec_006_letter_late',
    'rule_rec_007_in_cash',
    'rule_rec_008_day_off',
    'rule_rec_010_in_disguise',
    'rule_rec_011_spike',
    'rule_card_001_barred_mcc',
    'rule_card_002_odd_time',
    'rule_card_003_split_swipes',
    'rule_card_004_cash_advance',
    'rule_card_005_not_claimed',
    'rule_card_006_claimed_twice',
    'rule_card_007_claimed_too_much',
    'rule_card_008_paid_in_cash',
    'rule_card_009_holder_had_left',
    'rule_card_010_two_cities',
    'rule_card_011_again_and_again',
    'rule_card_012_refunded_claimed',
    'rule_exp_001_festival_gifts',
    'rule_exp_002_over_budget',
    'rule_exp_005_not_an_asset',
    'rule_pay_001_to_own_account',
    'rule_pay_002_large_to_person',
    'rule_pay_003_paid_elsewhere',
    'rule_pay_004_paid_twice',
    'rule_pay_005_wrong_code',
    'rule_pay_006_year_end_rush',
    'rule_pay_008_several_payees',
    'rule_pay_009_elsewhere',
    'rule_pay_011_over_budget',
    'rule_book_001_no_books',
    'rule_book_002_not_booked',
    'rule_book_003_another_amount',
    'rule_book_005_no_real_payment',
    'rule_book_006_booked_elsewhere',
    'rule_scf_001_off_register',
    'rule_scf_002_to_canteen_union',
    'rule_scf_003_there_and_back',
    'rule_scf_004_no_rent_income',
    'rule_scf_005_shared_payee',
    'rule_scf_006_gift_cards',
    'rule_scf_007_sleeping_account',
    'rule_proc_001_split',
    'rule_proc_002_just_under',
    'rule_proc_003_unaccepted',
    'rule_stat_001_benford',
    'rule_stat_002_above_peers',
    'rule_stat_003_one_payee',
] %}
{{ rule_findings(rules) }}
