-- Lines that bodies sent back for the day and that were not taken, of the latest version of the day.
-- One that the body has corrected in a later version need not go back again. Of a form with very
-- many, the first go back, and a line that says how many more there are. Of a line with nothing in
-- any column of the form, like that one, nothing can be corrected: it does not go back.
with latest as (
    select batches.batch_id
    from ops.batch as batches
    inner join ops.return_intake as taken on batches.batch_id = taken.batch_id
    where batches.business_date = %(day)s
    order by batches.version desc
    limit 1
),

-- Windows, not joins: a form of ten thousand lines may be about one alert.
sent_back as (
    select
        lines.*,
        min(batches.version) filter (where lines.outcome = 'rejected') over (
            partition by lines.body_code, lines.alert_id, lines.cells
        ) as first_refused_in,
        max(batches.version) filter (where lines.outcome = 'accepted') over (
            partition by lines.body_code, lines.alert_id
        ) as last_taken_in
    from ops.return_line as lines
    inner join ops.batch as batches on lines.batch_id = batches.batch_id
    where batches.business_date = %(day)s
),

going_back as (
    select
        lines.*,
        row_number() over (
            partition by lines.body_code, lines.file_no order by lines.line_no
        ) as place,
        count(*) over (partition by lines.body_code, lines.file_no) as in_form
    from sent_back as lines
    inner join latest on lines.batch_id = latest.batch_id
    where
        lines.outcome in ('rejected', 'unreadable')
        and lines.body_code is not null
        and lines.cells is distinct from '{}'
        and (
            lines.outcome = 'unreadable'
            or lines.alert_id is null
            or lines.last_taken_in is null
            or lines.last_taken_in <= lines.first_refused_in
        )
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
