-- What the rules that read other rules' hits found on the business date.
{{ config(materialized='fresh_table_in_parts', failures='ops.rule_failure') }}
{%- set rules = [
    'rule_loop_001_systemic',
    'rule_loop_002_back_again',
    'rule_loop_003_claimed_closed',
    'rule_loop_004_reversed_after',
    'rule_scf_008_score',
] %}
{{ rule_findings(rules) }}
