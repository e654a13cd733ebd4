-- Lines that bodies sent back for the day and that were not taken, of the latest version of the day.
-- One that the body has corrected in a later version need not go back again.
with versions as (
    select
        lines.body_code,
        lines.alert_id,
        lines.outcome,
        lines.cells,
        batches.version
    from ops.return_line as lines
    inner join ops.batch as batches on lines.batch_id = batches.batch_id
    where batches.business_date = %(day)s
),

refused as (
    select body_code, alert_id, cells, min(version) as version
    from versions
    where outcome = 'rejected'
    group by body_code, alert_id, cells
),

batches as (
    select distinct on (batches.business_date) batches.batch_id
    from ops.batch as batches
    inner join ops.return_intake as taken on batches.batch_id = taken.batch_id
    where batches.business_date = %(day)s
    order by batches.business_date, batches.version desc
)

select
    lines.body_code,
    coalesce(issue_body.body_name, last_delivery.body_name, lines.body_code) as body_name,
    lines.file_name,
    lines.line_no,
    coalesce(lines.cells, '{}') as cells,
    lines.reasons
from ops.return_line as lines
inner join batches on lines.batch_id = batches.batch_id
left join issue_body on lines.body_code = issue_body.body_code
left join lateral (
    select deliveries.body_name
    from ops.delivery as deliveries
    where deliveries.body_code = lines.body_code
    order by deliveries.delivery_id desc
    limit 1
) as last_delivery on true
where
    lines.outcome in ('rejected', 'unreadable')
    and lines.body_code is not null
    and not exists (
        select 1
        from refused
        inner join versions as taken
            on
                refused.body_code = taken.body_code
                and refused.alert_id = taken.alert_id
                and taken.outcome = 'accepted'
                and refused.version < taken.version
        where
            refused.body_code = lines.body_code
            and refused.alert_id = lines.alert_id
            and refused.cells = lines.cells
    )
order by lines.body_code, lines.file_no, lines.line_no
