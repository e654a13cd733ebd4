"""What bodies have answered of the alerts of an extract.

A disposing body's word is for whoever verifies it and for the disposing bodies after it; what a
verifying body writes is shown to verifying bodies only. That it sends the matter back to be put
right is known to who disposes of it, or both would wait for each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from huiyan.alerts import states
from huiyan.alerts.statements import execute
from huiyan.delivery.extract import ExtractRow, Said
from huiyan.delivery.task import PLACE, task
from huiyan.said import says_something

_KEPT = ("reason", "progress", "action", "verified_by")


def with_answers(
    cursor: psycopg.ClientCursor[Any],
    parameters: dict[str, Any],
    rows: Mapping[str, Iterable[ExtractRow]],
) -> dict[str, list[ExtractRow]]:
    """The rows of every body with the answers given, those first, after the new, that wait for it.

    Args:
        rows: of the day's extracts, by body.
    """
    begun = {row.alert_id for mine in rows.values() for row in mine if row.state in states.BEGUN}
    events: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with psycopg.ClientCursor(cursor.connection, row_factory=dict_row) as reader:
        execute(reader, "answers", {**parameters, "alerts": sorted(begun)})
        for event in reader:
            events[event["alert_id"]].append(event)
    told: dict[str, list[ExtractRow]] = {}
    for body, mine in rows.items():
        verified = {row.alert_id for row in mine if row.role == "verify"}
        answered = [
            replace(
                row,
                answers=_said(row, events[row.alert_id], row.alert_id in verified),
                is_sent_back=row.alert_id not in verified
                and _is_sent_back(row, events[row.alert_id]),
            )
            if row.alert_id in events
            else row
            for row in mine
        ]
        told[body] = sorted(answered, key=lambda row: (not row.is_new, PLACE[task(row)]))
    return told


def _is_sent_back(row: ExtractRow, events: Sequence[Mapping[str, Any]]) -> bool:
    last = events[-1]
    if last["business_date"] < (row.opened_on or date.min):
        return False
    return (last["detail"].get("role"), last["to_state"]) == ("verify", "rectifying")


def _said(
    row: ExtractRow, events: Iterable[Mapping[str, Any]], is_verified_by_reader: bool
) -> tuple[Said, ...]:
    said: dict[tuple[str, str], Said] = {}
    for event in events:
        detail, on = event["detail"], event["business_date"]
        role = detail.get("role") or "dispose"
        if (role == "verify" and not is_verified_by_reader) or on < (row.opened_on or date.min):
            continue
        key = (event["body_code"], role)
        # Taken out and put back: who spoke last stands last.
        former = said.pop(key, None) or Said(event["body_name"], role, on)
        said[key] = _learnt(former, event["to_state"], detail, on)
    return tuple(one for one in said.values() if one.progress != "acknowledged" or one.note)


def _learnt(former: Said, to_state: str, detail: Mapping[str, Any], on: date) -> Said:
    if states.is_turned(former.verdict, to_state):
        former = replace(former, unnamed_evidence=None, **states.UNSAID)
    changes: dict[str, Any] = {name: detail[name] for name in _KEPT if detail.get(name)}
    for name in ("note", "evidence_reference"):
        if says_something(detail.get(name)):
            changes[name] = detail[name]
    if "evidence_reference" in changes:
        changes["unnamed_evidence"] = None
    elif detail.get("evidence_reference") and former.evidence_reference is None:
        changes["unnamed_evidence"] = detail["evidence_reference"]
    if detail.get("amount_recovered") is not None:
        changes["amount_recovered"] = Decimal(detail["amount_recovered"])
    if to_state in states.VERDICTS:
        changes |= {"verdict": to_state, "reason": detail.get("reason")}
        # What was said of putting it right belonged to the verdict before.
        changes["progress"] = detail.get("progress")
    return replace(former, said_on=on, **changes)
