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
    'rule_pay_001_to_own_account',
    'rule_book_001_no_books',
    'rule_book_002_not_booked',
    'rule_scf_001_off_register',
    'rule_scf_002_to_canteen_union',
    'rule_scf_003_there_and_back',
    'rule_scf_004_no_rent_income',
    'rule_scf_005_shared_payee',
    'rule_scf_006_gift_cards',
    'rule_scf_007_sleeping_account',
    'rule_proc_001_split',
    'rule_stat_001_benford',
    'rule_stat_002_above_peers',
    'rule_stat_003_one_payee',
] %}
{% for rule in rules %}
{%- if not loop.first %}union all
{% endif -%}
select '{{ rule_id_of(rule) }}' as rule_id, found.* from {{ ref(rule) }} as found
{% endfor %}
