-- A sample ends when a body has said what it found, or when it is an alert again.
update ops.alert_sample as samples
set ended_on = %(day)s
where
    samples.ended_on is null
    and (
        exists (
            select 1
            from ops.alert_event as answers
            where
                answers.alert_id = samples.alert_id
                and answers.actor not in ('machine', 'channel')
                and answers.to_state = any(%(answers)s)
                and answers.business_date between samples.drawn_on and %(day)s
        )
        or exists (
            select 1
            from ops.alert_opening as openings
            where
                openings.alert_id = samples.alert_id
                and openings.resolved_on is null
        )
    )
