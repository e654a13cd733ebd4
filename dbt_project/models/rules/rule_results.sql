-- What every rule found on the business date. A new rule adds its model's name to this list.
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
    'rule_inv_005_booked_twice',
    'rule_rec_001_no_letter',
    'rule_rec_002_no_list',
    'rule_card_001_barred_mcc',
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
