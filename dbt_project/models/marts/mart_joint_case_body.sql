-- One row per joint case and body that takes part: what that body sees of it, and since when.
{{ config(materialized='view') }}
with parts as (
    select * from {{ ref('int_joint_told') }}
),

final as (
    select
        case_id,
        body_code,
        department,
        unchanged_since,
        body_name,
        role,
        unit_id,
        unit_name,
        matter_class,
        period_from,
        period_to,
        own_findings,
        own_alerts,
        others_found,
        is_asked,
        is_conclusion_reusable,
        conclusion,
        concluded_by,
        concluded_on,
        document_no
    from parts
)

select * from final
