-- One row per finding that a body of the register filed itself, and whether it was an alert that
-- brought it there. A view: alerts are opened between two evaluations.
{{ config(materialized='fresh_view') }}
with versions as (
    select
        *,
        min(valid_from) over (partition by finding_no) as filed_on,
        row_number() over (partition by finding_no order by valid_from desc) as recency
    from {{ ref('stg_supervision__joint_finding') }}
    where body_code is not null
),

-- What was taken back counts for nobody.
findings as (
    select *
    from versions
    where
        recency = 1
        and valid_to is null
),

units as (
    select * from {{ ref('int_unit') }}
),

alerts as (
    select alert_id, rule_id from {{ source('ops', 'alert') }}
),

openings as (
    select * from {{ source('ops', 'alert_opening') }}
),

classes as (
    select * from {{ ref('rule_matter_class') }}
),

alerted as (
    select distinct findings.finding_no
    from findings
    inner join units on {{ is_unit_of('findings', 'units') }}
    inner join openings
        on
            units.unit_id = openings.unit_id
            and findings.filed_on >= openings.opened_on
            and coalesce(openings.occurred_on, openings.opened_on)
            between findings.period_from and findings.period_to
    inner join alerts on openings.alert_id = alerts.alert_id
    inner join classes
        on
            alerts.rule_id = classes.rule_id
            and findings.matter_class = classes.matter_class
),

final as (
    select
        findings.finding_no,
        findings.body_code,
        findings.filed_on,
        alerted.finding_no is null as is_own_initiative,
        findings.conclusion is not null as is_concluded
    from findings
    left join alerted on findings.finding_no = alerted.finding_no
)

select * from final
