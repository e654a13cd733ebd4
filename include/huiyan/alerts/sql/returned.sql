-- Lines that bodies sent back for the day and that were not taken. Of a form with very many, the
-- first go back, and a line that says how many more there are; so it is with very many forms of one
-- body, where that line names no form. Of that line nothing can be corrected.
with going_back as (
    select
        *,
        row_number() over (partition by body_code, file_no order by line_no) as place,
        count(*) over (partition by body_code, file_no) as in_form
    from issue_return_line
    where goes_back
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
        place <= %(form_limit)s and is_hint as is_hint,
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
