-- Lines that bodies sent back for the day and that were not taken, of the latest version of the day.
-- One that the body has corrected in a later version need not go back again. Of a form with very
-- many, the first go back, and a line that says how many more there are; so it is with very many
-- forms of one body, where that line names no form. Of a line with nothing in
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
),

listed as (
    select
        body_code,
        file_no,
        file_name,
        case when place <= %(form_limit)s then line_no else 0 end as line_no,
        case when place <= %(form_limit)s then coalesce(cells, '{}') else '{}' end as cells,
        case when place <= %(form_limit)s then reasons else '{}' end as reasons,
        case when place <= %(form_limit)s then 0 else in_form - %(form_limit)s end as more,
        place <= %(form_limit)s and coalesce(answer = '{}', false) as is_hint,
        row_number() over (partition by body_code order by file_no, place) as place
    from going_back
    where place <= %(form_limit)s + 1
),

cut as (
    select
        body_code,
        file_name,
        line_no,
        cells,
        reasons,
        more,
        is_hint,
        place
    from listed
    where place <= %(body_limit)s
    union all
    select
        body_code,
        '',
        0,
        '{}',
        '{}',
        sum(greatest(more, 1))::bigint,
        false,
        %(body_limit)s + 1
    from listed
    where place > %(body_limit)s
    group by body_code
)

select
    lines.body_code,
    coalesce(issue_body.body_name, last_delivery.body_name, lines.body_code) as body_name,
    lines.file_name,
    lines.line_no,
    lines.cells,
    lines.reasons,
    lines.more,
    lines.is_hint
from cut as lines
left join issue_body on lines.body_code = issue_body.body_code
left join lateral (
    select deliveries.body_name
    from ops.delivery as deliveries
    where deliveries.body_code = lines.body_code
    order by deliveries.delivery_id desc
    limit 1
) as last_delivery on true
order by lines.body_code, lines.place
