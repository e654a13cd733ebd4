-- One row per version of a body's extract with its alerts and its receipt. A view: extracts are
-- handed over between two evaluations.
{{ config(materialized='fresh_view') }}
with deliveries as (
    select * from {{ source('ops', 'delivery') }}
),

lines as (
    select
        delivery_id,
        count(distinct alert_id) as alerts,
        count(distinct case when is_new then alert_id end) as new_alerts
    from {{ source('ops', 'delivery_alert') }}
    group by delivery_id
),

receipts as (
    select * from {{ source('ops', 'delivery_receipt') }}
),

final as (
    select
        deliveries.delivery_id,
        deliveries.body_code,
        deliveries.body_name,
        deliveries.business_date,
        deliveries.version,
        deliveries.channel,
        deliveries.state,
        coalesce(lines.alerts, 0) as alerts,
        coalesce(lines.new_alerts, 0) as new_alerts,
        cast(coalesce(jsonb_array_length(deliveries.content -> 'returned'), 0) as bigint)
            as returned_lines,
        deliveries.content_hash,
        deliveries.created_at,
        deliveries.delivered_at,
        receipts.location,
        receipts.received_at
    from deliveries
    left join lines on deliveries.delivery_id = lines.delivery_id
    left join receipts on deliveries.delivery_id = receipts.delivery_id
)

select * from final
