-- One row per enabled rule that reads other rules' hits: could it be evaluated on the date?
{{ config(materialized='fresh_table') }}
{{ rule_day('patterns', 'pattern_results') }}
