-- An alert that a body has settled ends: it was closed, handed over as a lead, or who verifies it
-- found that it is not so. What the disposing body alone finds untrue stays on the list.
update ops.alert_opening
set resolved_on = %(day)s
from issue_last_word as last_word
where
    ops.alert_opening.alert_id = last_word.alert_id
    and ops.alert_opening.opened_on = last_word.opened_on
    and (
        last_word.to_state in ('closed', 'transferred_as_lead')
        or (last_word.to_state = 'not_confirmed' and last_word.role = 'verify')
    )
