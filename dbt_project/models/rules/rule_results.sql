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
    'rule_scf_004_no_rent_income',
    'rule_proc_001_split',
    'rule_proc_002_just_under',
    'rule_proc_003_unaccepted',
] %}
{% for rule in rules %}
{%- if not loop.first %}union all
{% endif -%}
select '{{ rule_id_of(rule) }}' as rule_id, found.* from {{ ref(rule) }} as found
{% endfor %}
