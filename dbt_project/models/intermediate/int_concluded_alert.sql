-- Alerts on whose unit, matter and day other departments have concluded by the business date, with
-- the latest conclusion of each: which of them is another one depends on who reads it.
{{ config(materialized='fresh_view') }}
with alerts as (
    select * from {{ ref('int_matter_alert') }}
),

findings as (
    select * from {{ ref('int_joint_finding') }}
    where
        conclusion is not null
        and department != 'discipline'
),

departments as (
    select * from {{ ref('joint_department') }}
),

ranked as (
    select
        alerts.alert_id,
        findings.finding_no,
        findings.department,
        findings.conclusion,
        findings.concluded_on,
        findings.document_no,
        row_number() over (
            partition by alerts.alert_id, findings.department
            order by findings.concluded_on desc, findings.finding_no
        ) as place
    from alerts
    inner join findings
        on
            alerts.unit_id = findings.unit_id
            and alerts.matter_class = findings.matter_class
            and alerts.occurred_on between findings.period_from and findings.period_to
),

final as (
    select
        ranked.alert_id,
        ranked.finding_no,
        ranked.department,
        departments.name_zh as department_name,
        ranked.conclusion,
        ranked.concluded_on,
        ranked.document_no
    from ranked
    inner join departments on ranked.department = departments.department
    where ranked.place = 1
)

select * from final
