"""Rules whose verdicts fall below their floor are demoted by one status, from the next date on.

A demotion is an entry of the rule's life beside the reviewed ones (`marts.dim_rule_status`). It is
written when its business date is issued and taken back with it, so that it follows from the
verdicts up to that date alone; an entry of a person that begins later overrides it.
"""

from datetime import date
from typing import Any

import psycopg

from huiyan.alerts.statements import execute

KIND = "rule_demoted"
FEED = "rule_status"


def demote(cursor: psycopg.ClientCursor[Any], day: date, parameters: dict[str, Any]) -> str | None:
    """Demote what the verdicts up to `day` put below its floor.

    Args:
        parameters: those of `statements.parameters`.

    Returns:
        What to announce; None if nothing falls.
    """
    execute(cursor, "demote", parameters)
    fallen = cursor.execute(
        "select rule_id, from_status, to_status, valid_from, supported, verdicts, precision_floor "
        "from ops.rule_demotion where decided_on = %s order by rule_id",
        [day],
    ).fetchall()
    if not fallen:
        return None
    said = [
        f"{rule_id} falls from {before} to {after} on {since}: {supported} of {verdicts} verdicts "
        f"confirmed, floor {floor}"
        for rule_id, before, after, since, supported, verdicts, floor in fallen
    ]
    return (
        f"{'; '.join(said)}. `huiyan rules show` tells more; to decide otherwise, add an entry to "
        "rule_status.csv."
    )
