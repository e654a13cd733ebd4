-- Lines that bodies sent back for the day and that were not taken, of the latest version of the day.
-- One that the body has corrected in a later version need not go back again. Of a form with very
-- many, the first go back, and a line that says how many more there are. Of a line with nothing in
-- any column of the form, like that one, nothing can be corrected: it does not go back.
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
),

going_back as (
    select
        lines.*,
        row_number() over form as place,
        count(*) over (partition by lines.body_code, lines.file_no) as in_form
    from ops.return_line as lines
    inner join batches on lines.batch_id = batches.batch_id
    where
        lines.outcome in ('rejected', 'unreadable')
        and lines.body_code is not null
        and lines.cells is distinct from '{}'
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
    window form as (partition by lines.body_code, lines.file_no order by lines.line_no)
)

select
    lines.body_code,
    coalesce(issue_body.body_name, last_delivery.body_name, lines.body_code) as body_name,
    lines.file_name,
    case when lines.place <= %(form_limit)s then lines.line_no else 0 end as line_no,
    case when lines.place <= %(form_limit)s then coalesce(lines.cells, '{}') else '{}' end as cells,
    case when lines.place <= %(form_limit)s then lines.reasons else '{}' end as reasons,
    case when lines.place <= %(form_limit)s then 0 else lines.in_form - %(form_limit)s end as more
from going_back as lines
left join issue_body on lines.body_code = issue_body.body_code
left join lateral (
    select deliveries.body_name
    from ops.delivery as deliveries
    where deliveries.body_code = lines.body_code
    order by deliveries.delivery_id desc
    limit 1
) as last_delivery on true
where lines.place <= %(form_limit)s + 1
order by lines.body_code, lines.file_no, lines.line_no
