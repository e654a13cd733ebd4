-- What slices of facts show on the date evaluated before and on the business date, if what was
-- found is moved on; else empty.
{{ config(materialized='fresh_table', failures='ops.rule_failure', moves_on='sliced') }}
-- depends_on: {{ ref('rule_status') }}
-- depends_on: {{ ref('rule_finding_before') }}
{{ no_findings() }}
