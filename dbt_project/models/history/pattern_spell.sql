-- Spells of the hits of rules that read other rules' hits.
{{ config(indexes=[
    {'columns': ['spell_id'], 'unique': true},
    {'columns': ['rule_id', 'subject_id']},
    {'columns': ['unit_id']},
    {'columns': ['detected_on']},
]) }}
{{ spells('pattern_results', 'pattern_day') }}
