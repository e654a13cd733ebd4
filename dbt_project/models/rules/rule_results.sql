-- What every rule found on the business date. A new rule adds its model's name to this list.
{%- set rules = [
    'rule_vou_001_booked_late',
    'rule_att_001_no_attachment',
    'rule_att_002_too_few',
    'rule_inv_001_irregular',
    'rule_inv_002_wrong_buyer',
    'rule_inv_005_booked_twice',
    'rule_rec_001_no_letter',
    'rule_rec_002_no_list',
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
    'rule_book_001_no_books',
    'rule_book_002_not_booked',
    'rule_scf_001_off_register',
    'rule_scf_004_no_rent_income',
    'rule_proc_001_split',
] %}
{% for rule in rules %}
{%- if not loop.first %}union all
{% endif -%}
select '{{ rule_id_of(rule) }}' as rule_id, found.* from {{ ref(rule) }} as found
{% endfor %}
