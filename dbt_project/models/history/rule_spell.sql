-- Spells of the hits of rules that read records.
{{ config(indexes=[
    {'columns': ['spell_id'], 'unique': true},
    {'columns': ['rule_id', 'subject_id']},
    {'columns': ['unit_id']},
    {'columns': ['detected_on']},
]) }}
{{ spells('rule_results', 'rule_day') }}
