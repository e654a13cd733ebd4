-- What slices of sums of many records show, and what rules without slices find, if what was found
-- is moved on; else empty.
{{ config(materialized='fresh_table', failures='ops.rule_failure', moves_on='whole') }}
-- depends_on: {{ ref('rule_status') }}
-- depends_on: {{ ref('rule_finding_before') }}
{{ no_findings() }}
