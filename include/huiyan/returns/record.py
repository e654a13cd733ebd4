"""Keeps what became of every line that was sent back, and whom what was not taken goes back to."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath

import psycopg

from huiyan.delivery.folder import folder_name
from huiyan.returns.judge import Answer, Refusal

FEED = "returns"
UNADDRESSED = "return_unaddressed"
GIVEN = ("accepted", "repeated")
NOT_READ = (
    "整份文件无法读取：请用 WPS、Excel 或 LibreOffice 打开收到的表格填写，"
    "保存为 .xlsx（不加密码）或 .csv 后再退回。"
)


@dataclass
class Line:
    """One landed line of a form and what becomes of it.

    Attributes:
        cells: what stood there, by column; empty ones are not in it.
        body_code, extract_on: whose form it is as it says; proven or not.
        role: of the body for the alert in that extract; verify if it has both.
        outcome: accepted, repeated, unanswered or rejected.
        is_put_aside: the quality gate has refused it.
        is_untouched: its file came back exactly as it had been sent.
    """

    file_no: int
    line_no: int
    file_name: str
    cells: dict[str, str]
    answer: Answer
    alert_id: str | None
    body_code: str | None
    extract_on: date | None
    is_proven: bool = False
    role: str = "dispose"
    outcome: str = "rejected"
    refusals: list[Refusal] = field(default_factory=list)
    is_put_aside: bool = False
    is_untouched: bool = False

    @property
    def correctable(self) -> dict[str, str]:
        """What goes back to be corrected: nothing, if the matter is settled."""
        is_settled = any(refusal.is_final for refusal in self.refusals)
        return {} if is_settled else self.cells

    def refuse(self, *refusals: Refusal) -> None:
        """Take it for rejected, for these reasons too."""
        if refusals:
            self.outcome = "rejected"
            self.refusals += refusals


@contextmanager
def as_loader(connection: psycopg.Connection) -> Iterator[None]:
    """Only who loads may read what was delivered and put lines aside."""
    connection.execute("set local role huiyan_load")
    yield
    connection.execute("set local role huiyan_push")


def record(
    connection: psycopg.Connection,
    batch_id: int,
    lines: list[Line],
    senders: Mapping[int, str],
    refused: Mapping[int, Refusal],
) -> None:
    """Write what became of every line and of every file that could not be read, and the counts.

    Args:
        senders: as `senders_named` gives them.
        refused: receipts that are none, by their file.
    """
    addressees = _addressees(lines, senders)
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.return_line (batch_id, file_no, line_no, file_name, outcome, "
            "body_code, is_proven, alert_id, answer, cells, reasons) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    batch_id,
                    line.file_no,
                    line.line_no,
                    line.file_name,
                    line.outcome,
                    line.body_code if line.is_proven else addressees.get(line.file_no),
                    line.is_proven,
                    line.alert_id,
                    _json(line.answer.plain()) if line.outcome in GIVEN else None,
                    _json(line.correctable) if line.outcome == "rejected" else None,
                    [refusal.text for refusal in line.refusals],
                )
                for line in lines
            ],
        )
        unreadable = connection.execute(
            "select file_no, file_name from ops.batch_file "
            "where batch_id = %s and (error is not null or file_no = any(%s))",
            [batch_id, list(refused)],
        ).fetchall()
        cursor.executemany(
            "insert into ops.return_line (batch_id, file_no, line_no, file_name, outcome, "
            "body_code, is_proven, reasons) values (%s, %s, 0, %s, 'unreadable', %s, false, %s)",
            [
                (
                    batch_id,
                    file_no,
                    name,
                    addressees.get(file_no),
                    [refused[file_no].text if file_no in refused else NOT_READ],
                )
                for file_no, name in unreadable
            ],
        )
    counts = dict.fromkeys(("accepted", "repeated", "unanswered", "rejected"), 0)
    for line in lines:
        counts[line.outcome] += 1
    connection.execute(
        "insert into ops.return_intake (batch_id, accepted, repeated, unanswered, rejected) "
        "values (%s, %s, %s, %s, %s)",
        [batch_id, *counts.values()],
    )
    with as_loader(connection):
        connection.cursor().executemany(
            "insert into quarantine.returns (batch_id, file_no, file_name, line_no, reasons, "
            "natural_key, row) values (%s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    batch_id,
                    line.file_no,
                    line.file_name,
                    line.line_no,
                    [refusal.code for refusal in line.refusals],
                    line.alert_id,
                    _json(line.cells),
                )
                for line in lines
                if line.outcome == "rejected" and not line.is_put_aside
            ],
        )
        connection.execute(
            "update ops.row_count set good = %s, duplicates = %s, quarantined = %s "
            "where batch_id = %s",
            [
                counts["accepted"] + counts["unanswered"],
                counts["repeated"],
                counts["rejected"],
                batch_id,
            ],
        )


def _json(said: dict[str, str]) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def senders_named(connection: psycopg.Connection, batch_id: int) -> dict[int, str]:
    """Body by number of file, as the folder or, without one, the name of the file says.

    The name proves nothing and lets nothing in.
    """
    bodies = {
        folder_name(body): body
        for (body,) in connection.execute("select distinct body_code from ops.delivery")
    }
    found: dict[int, str] = {}
    for file_no, name in connection.execute(
        "select file_no, file_name from ops.batch_file where batch_id = %s", [batch_id]
    ):
        folder, *deeper = PurePosixPath(name).parts
        said = folder if deeper else folder.partition("__")[0]
        if said in bodies:
            found[file_no] = bodies[said]
    return found


def _addressees(lines: list[Line], named: Mapping[int, str]) -> dict[int, str]:
    """Whom the unproven lines of a file go back to: who its folder or name says, else the one body
    that proved to have sent lines of it.

    A line copied from another body's form must not send that body what this one wrote.
    """
    found = dict(named)
    senders: dict[int, set[str]] = defaultdict(set)
    for line in lines:
        if line.is_proven and line.body_code:
            senders[line.file_no].add(line.body_code)
    for file_no, proven in senders.items():
        if len(proven) == 1:
            found.setdefault(file_no, *proven)
    return found


def note_unaddressed(connection: psycopg.Connection, day: date, batch_id: int) -> None:
    """One operations alert per day for what came back wrong and nobody can be told."""
    rows = connection.execute(
        "select file_name, count(*) from ops.return_line where batch_id = %s "
        "and outcome in ('rejected', 'unreadable') and body_code is null "
        "group by file_name order by file_name",
        [batch_id],
    ).fetchall()
    if not rows:
        connection.execute(
            "update ops.operations_alert set resolved_at = clock_timestamp() "
            "where kind = %s and feed = %s and business_date = %s and resolved_at is null",
            [UNADDRESSED, FEED, day],
        )
        return
    named = ", ".join(f"{name} ({count})" for name, count in rows[:20])
    message = (
        f"Returns of {day} that prove no sender and cannot be given back, with their lines: "
        f"{named}. The reasons are in ops.return_line, batch {batch_id}. Ask who sent them; put a "
        "form into a folder of the body's code, or in front of its name CODE__."
    )
    connection.execute(
        "insert into ops.operations_alert (kind, feed, business_date, message) "
        "values (%s, %s, %s, %s) on conflict (kind, feed, business_date) "
        "do update set message = excluded.message, resolved_at = null",
        [UNADDRESSED, FEED, day, message],
    )
