"""A case with everything that belongs to it, for those who take the matter over as a lead.

A case is an alert with the hits that it gathers (LOOP-001, SCF-008); any other alert is a case of
one hit. Nothing is taken out of the warehouse: the lead's folder is a copy.
"""

import csv
import io
import json
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from psycopg.rows import class_row

from huiyan import source_rows
from huiyan.delivery.case_sheet import CASES_SHEET
from huiyan.delivery.extract import CaseMember
from huiyan.delivery.neutralise import neutralised
from huiyan.delivery.workbook import case_bytes
from huiyan.errors import NotFoundError
from huiyan.explain import explain
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

Record = dict[str, Any]

# The oldest date a ZIP can tell: the same case gives the same bytes.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
MEMBERS = """
    select
        case_id as alert_id, hit_id, rule_name, coalesce(unit_name, unit_id, '') as unit_name,
        subject_type, subject_id, occurred_on, amount, first_detected_on as detected_on,
        evidence::text as evidence, count(*) over () as total
    from marts.mart_case_member
    where case_id = %s
    order by rule_id, unit_name, subject_id
"""


def export(subject: str, folder: Path, settings: Settings) -> Path:
    """Write `case-<alert>.zip`: the members as a workbook, all that is known of each, their rows.

    In it are `案件明细.xlsx`, `case.json` (what `huiyan explain` knows of the alert: evidence,
    routes, events, deliveries), `members/<hit>.json` for each hit that it gathers, and
    `rows/<feed>.csv`, the delivered rows that they rest on, without what a contract calls
    sensitive. Only its owner can read it.

    Args:
        subject: the alert's id, or the beginning of one (8 characters or more).

    Raises:
        NotFoundError: there is no such alert.
    """
    case = explain(subject, settings)
    if case["alert"] is None:
        raise NotFoundError(f"{subject} was never pushed: only an alert can become a lead.")
    alert_id = case["alert"]["alert_id"]
    with (
        connect(settings, role="huiyan_push") as connection,
        connection.cursor(row_factory=class_row(CaseMember)) as cursor,
    ):
        members = cursor.execute(MEMBERS, [alert_id]).fetchall()
    known = {member.hit_id: explain(member.hit_id, settings) for member in members}
    files = {"case.json": _json(case)}
    files |= {f"members/{hit_id}.json": _json(said) for hit_id, said in known.items()}
    if members:
        name = case["rule"].get("name_zh", case["alert"]["rule_id"])
        files[f"{CASES_SHEET}.xlsx"] = case_bytes(name, case["said_on"], members)
    used = [file for said in (case, *known.values()) for file in said["sources"] or ()]
    with connect(settings, role="huiyan_build") as connection:
        connection.read_only = True
        for feed, rows in source_rows.delivered(connection, used).items():
            files[f"rows/{feed}.csv"] = _csv(rows)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"case-{alert_id}.zip"
    draft = target.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(_zip(files))
    draft.rename(target)
    return target


def _json(said: Record) -> bytes:
    text = json.dumps(said, ensure_ascii=False, indent=2, default=str)
    return f"{text}\n".encode()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _csv(rows: Iterable[Record]) -> bytes:
    """UTF-8 with BOM, CRLF, text neutralised: as in an extract's `alerts.csv`."""
    rows = list(rows)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(rows[0])
    writer.writerows([[_cell(value) for value in row.values()] for row in rows])
    return buffer.getvalue().encode("utf-8-sig")


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()
