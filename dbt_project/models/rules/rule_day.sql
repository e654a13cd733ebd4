-- One row per enabled rule that reads records: could it be evaluated on the business date?
{{ config(materialized='fresh_table') }}
{{ rule_day('rules', 'rule_results') }}
