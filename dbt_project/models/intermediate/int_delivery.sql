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

-- A line may stand for several that are not listed.
returned as (
    select
        deliveries.delivery_id,
        cast(
            sum(coalesce(cast(going_back.line ->> 'more' as bigint), 1)) as bigint
        ) as returned_lines
    from deliveries
    cross join lateral jsonb_array_elements(deliveries.content -> 'returned') as going_back (line)
    group by deliveries.delivery_id
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
        coalesce(returned.returned_lines, 0) as returned_lines,
        deliveries.content_hash,
        deliveries.created_at,
        deliveries.delivered_at,
        deliveries.acknowledged_on,
        receipts.location,
        receipts.received_at
    from deliveries
    left join lines on deliveries.delivery_id = lines.delivery_id
    left join returned on deliveries.delivery_id = returned.delivery_id
    left join receipts on deliveries.delivery_id = receipts.delivery_id
)

select * from final
