-- One row per part of a joint case that stands, as the last issued date left it. A view: dates are
-- issued between two evaluations.
{{ config(materialized='fresh_view') }}
with parts as (
    select * from {{ source('ops', 'joint_case_part') }} where ended_on is null
),

final as (
    select
        case_id,
        department,
        body_code,
        since as unchanged_since,
        said ->> 'body_name' as body_name,
        said ->> 'role' as role,
        said ->> 'unit_id' as unit_id,
        said ->> 'unit_name' as unit_name,
        said ->> 'matter_class' as matter_class,
        said ->> 'matter_name' as matter_name,
        cast(said ->> 'period_from' as date) as period_from,
        cast(said ->> 'period_to' as date) as period_to,
        cast(said ->> 'finding_count' as bigint) as finding_count,
        cast(said ->> 'alert_count' as bigint) as alert_count,
        cast(said ->> 'finding_amount' as numeric(18, 2)) as finding_amount,
        cast(said ->> 'alert_amount' as numeric(18, 2)) as alert_amount,
        said ->> 'own_findings' as own_findings,
        said ->> 'own_alerts' as own_alerts,
        said ->> 'others_found' as others_found,
        cast(said ->> 'is_asked' as boolean) as is_asked,
        cast(said ->> 'is_conclusion_reusable' as boolean) as is_conclusion_reusable,
        said ->> 'conclusion' as conclusion,
        said ->> 'concluded_by' as concluded_by,
        cast(said ->> 'concluded_on' as date) as concluded_on,
        said ->> 'document_no' as document_no
    from parts
)

select * from final
