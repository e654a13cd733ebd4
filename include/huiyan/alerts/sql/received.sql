-- What became of every file that a body sent back for the day. What goes back is counted as
-- `returned` lists it, and apart from it what holds no answer.
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
    -- Of an empty form words stand elsewhere only if a second reason says so.
    count(*) filter (
        where goes_back and is_hint and (outcome <> 'unreadable' or cardinality(reasons) > 1)
    ) as hints,
    coalesce(bool_or(goes_back and is_hint and outcome = 'unreadable'), false) as is_empty
from issue_return_line
group by body_code, file_no, file_name
order by body_code, file_no
