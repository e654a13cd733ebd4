-- What became of every file that a body sent back for the day, in the latest version of the day.
with latest as (
    select batches.batch_id
    from ops.batch as batches
    inner join ops.return_intake as taken on batches.batch_id = taken.batch_id
    where batches.business_date = %(day)s
    order by batches.version desc
    limit 1
)

select
    lines.body_code,
    lines.file_name,
    count(*) filter (where lines.outcome = 'accepted') as accepted,
    count(*) filter (where lines.outcome = 'repeated') as repeated,
    count(*) filter (where lines.outcome = 'unanswered') as unanswered,
    count(*) filter (where lines.outcome in ('rejected', 'unreadable')) as refused
from ops.return_line as lines
inner join latest on lines.batch_id = latest.batch_id
where lines.body_code is not null
group by lines.body_code, lines.file_no, lines.file_name
order by lines.body_code, lines.file_no
