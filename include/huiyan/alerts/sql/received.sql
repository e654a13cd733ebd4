-- What became of every file that a body sent back for the day, in the latest version of the day.
-- What an earlier version of the day had taken was taken on this day. What goes back is counted as
-- `returned` lists it: not what the body has corrected since, and apart from it what nothing can be
-- corrected in, for the alert has ended, and what holds no answer.
with latest as (
    select batches.batch_id
    from ops.batch as batches
    inner join ops.return_intake as taken on batches.batch_id = taken.batch_id
    where batches.business_date = %(day)s
    order by batches.version desc
    limit 1
),

lines as (
    select
        lines.*,
        batches.version,
        min(batches.version) filter (where lines.outcome = 'accepted') over (
            partition by lines.body_code, lines.alert_id, lines.answer
        ) as first_taken_in,
        row_number() over (
            partition by lines.batch_id, lines.body_code, lines.alert_id, lines.answer
            order by lines.file_no, lines.line_no
        ) as place,
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

told as (
    select
        lines.*,
        outcome = 'accepted'
        or (outcome = 'repeated' and first_taken_in < version and place = 1) as is_taken,
        outcome = 'unreadable'
        or (
            outcome = 'rejected'
            and cells is distinct from '{}'
            and (
                alert_id is null or last_taken_in is null or last_taken_in <= first_refused_in
            )
        ) as goes_back,
        coalesce(answer = '{}', false) as is_hint,
        outcome = 'rejected'
        and cells = '{}'
        and answer is null
        and alert_id is not null as is_settled
    from lines
    inner join latest on lines.batch_id = latest.batch_id
    where lines.body_code is not null
)

select
    body_code,
    file_name,
    count(*) filter (where is_taken) as accepted,
    count(*) filter (where outcome = 'repeated' and is_taken is not true) as repeated,
    count(*) filter (where outcome = 'unanswered') as unanswered,
    count(*) filter (where goes_back and not is_hint) as refused,
    count(*) filter (where is_settled) as settled,
    coalesce(
        (
            array_agg(format('%%s：%%s', alert_id, reasons[1]) order by line_no)
            filter (where is_settled)
        )[:%(settled_limit)s],
        '{}'
    ) as settled_why,
    count(*) filter (where goes_back and is_hint) as hints
from told
group by body_code, file_no, file_name
order by body_code, file_no
