-- One row per rule that reads records and is not retired: could it be evaluated on the date?
{{ config(materialized='fresh_table') }}
{{ rule_day('rules', 'rule_results') }}
