"""Joint cases when a business date is issued: who is told what, and what is concluded already.

What a joint case is and who has a part in it is said by views of the warehouse as of the date; here
it is kept from when until when a body saw it so, taken back and replayed like all that the machine
writes. Which units a finding's code means is what the last evaluated date knows.
"""

from typing import Any

import psycopg

from huiyan.alerts.statements import execute

FEED = "joint_findings"
MESSAGES = {
    "joint_without_body": (
        "Departments with a part in joint cases are no body of the register: {named}. Nobody tells "
        "them: deliver `bodies` with one of that name (kind joint_department or regulator), or "
        "correct the word of its name in joint_department.csv."
    ),
    "joint_unknown_unit": (
        "Findings name units that no platform knows: {named}. They join no case: correct their "
        "code and deliver the findings again."
    ),
}
SHOWN = 20


def keep(cursor: psycopg.ClientCursor[Any], parameters: dict[str, Any]) -> dict[str, str | None]:
    """Bring `ops.joint_case_part` to the date.

    Returns:
        Kind of operations alert to its message, null where there is nothing to say.
    """
    said: dict[str, str | None] = dict.fromkeys(MESSAGES)
    if not _is_any(cursor):
        return said
    execute(cursor, "joint", parameters)
    execute(cursor, "joint_unheard", parameters)
    found: dict[str, list[str]] = {}
    for kind, name, concerned in cursor:
        found.setdefault(kind, []).append(f"{name} ({concerned})")
    for kind, names in found.items():
        more = " …" if len(names) > SHOWN else ""
        said[kind] = MESSAGES[kind].format(named=", ".join(names[:SHOWN]) + more)
    return said


def concluded(
    cursor: psycopg.ClientCursor[Any], parameters: dict[str, Any]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """By body and alert: `ExtractRow.concluded`, where another department has concluded."""
    if not _is_any(cursor):
        return {}
    execute(cursor, "concluded", parameters)
    return {
        (body, alert): (department, on.isoformat(), conclusion, document or "")
        for body, alert, department, conclusion, on, document in cursor
    }


def _is_any(cursor: psycopg.ClientCursor[Any]) -> bool:
    """Whether there is a finding, or a case that has not ended.

    A warehouse of former code has no such views, or others, until a date is evaluated.
    """
    row = cursor.execute(
        "select exists (select 1 from pg_attribute where attname = 'department' "
        "and attrelid = to_regclass('intermediate.int_concluded_alert')) and ("
        "exists (select 1 from staging.stg_supervision__joint_finding) "
        "or exists (select 1 from ops.joint_case_part where ended_on is null))"
    ).fetchone()
    return row is not None and bool(row[0])
