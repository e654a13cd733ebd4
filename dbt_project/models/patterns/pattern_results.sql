-- What the rules that read other rules' hits found on the business date.
{{ config(materialized='fresh_table_in_parts', failures='ops.rule_failure') }}
{%- set rules = [
    'rule_loop_001_systemic',
    'rule_loop_004_reversed_after',
    'rule_scf_008_score',
] %}
{% for rule in rules %}
{{- part(rule, loop.first) -}}
select '{{ rule_id_of(rule) }}' as rule_id, found.*
from {{ ref(rule) }} as found
where {{ rule_status("'" ~ rule_id_of(rule) ~ "'") }} != 'retired'
{%- endfor %}
