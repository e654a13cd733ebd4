"""Keeps what became of every line that was sent back, and whom what was not taken goes back to."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import psycopg

from huiyan.delivery.folder import folder_name, sender_named
from huiyan.feeds.folder import is_statement
from huiyan.feeds.readers import is_text
from huiyan.returns import reasons
from huiyan.returns.judge import Answer, Refusal

FEED = "returns"
UNADDRESSED = "return_unaddressed"
ANSWERS = tuple(Answer.__dataclass_fields__)
GIVEN = ("accepted", "repeated")
# The answer of what is refused though it need not be one; of other refused lines none is kept.
NO_ANSWER = "{}"


@dataclass
class Line:
    """One landed line of a form and what becomes of it.

    Attributes:
        cells: what stood there, by column; empty ones are not in it.
        body_code, extract_on: whose form it is as it says; proven or not.
        role: of the body for the alert in that extract; verify if it has both.
        outcome: accepted, repeated, unanswered or rejected.
        aside: why the quality gate has refused it; empty if it has not.
        is_untouched: its file came back exactly as it had been sent.
        is_theirs: the body has the alert, and the form is of no later date.
        unread: what is filled in and cannot be read; null in `answer`.
        is_garbled: its cells cannot be told apart; all of them are in one.
        beside: what stands outside of the columns for answers, by heading.
        other_sheet: which sheet of ours that is no form it stands on; empty if on none.
        is_told_with_another: what is said of it is said at another line, which counts it.
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
    aside: tuple[str, ...] = ()
    is_untouched: bool = False
    is_theirs: bool = False
    unread: frozenset[str] = frozenset()
    is_garbled: bool = False
    beside: dict[str, str] = field(default_factory=dict)
    other_sheet: str = ""
    is_told_with_another: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether nothing is filled in."""
        return self.answer.is_empty and not self.unread

    @property
    def is_remark(self) -> bool:
        """Whether it neither names an alert nor fills anything in."""
        return self.is_silent and self.alert_id is None and not self.is_garbled

    @property
    def is_hint(self) -> bool:
        """Whether it is refused for nothing but words that need not be an answer."""
        codes = {refusal.code for refusal in self.refusals}
        return bool(codes) and codes <= reasons.HINTS

    @property
    def correctable(self) -> dict[str, str]:
        """What goes back to be corrected: nothing, if the matter is settled or there is none."""
        is_settled = any(refusal.is_final for refusal in self.refusals)
        if is_settled or self.is_remark or self.is_told_with_another:
            return {}
        if any(refusal.code == reasons.OWN_SHEET for refusal in self.refusals):
            # Its words are not put where answers belong: sent back untouched, they say nothing.
            return {name: text for name, text in self.cells.items() if name not in ANSWERS}
        return self.cells

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
    untouched: Collection[int],
    typed: dict[int, str],
) -> None:
    """Write what became of every line and of every file that said nothing, and the counts.

    Args:
        senders: as `senders_named` gives them.
        refused: receipts that are none, by their file.
        untouched: files that came back beside their manifest exactly as they had been sent.
        typed: what is said of words typed where no answer is read, by their file.
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
                    _answer_kept(line),
                    _json(line.correctable) if line.outcome == "rejected" else None,
                    [refusal.text for refusal in line.refusals],
                )
                for line in lines
            ],
        )
        unread = _unread(connection, batch_id) | {no: said.text for no, said in refused.items()}
        silent = {
            file_no: text
            for file_no, text in _silent(connection, batch_id, lines, addressees).items()
            if file_no not in untouched and file_no not in unread
        }
        names = _names(connection, batch_id)
        cursor.executemany(
            "insert into ops.return_line (batch_id, file_no, line_no, file_name, outcome, "
            "body_code, is_proven, answer, reasons) "
            "values (%s, %s, 0, %s, %s, %s, false, %s, %s)",
            [
                (
                    batch_id,
                    file_no,
                    names[file_no],
                    "unreadable" if file_no in unread | silent else "rejected",
                    addressees.get(file_no),
                    None if file_no in unread else NO_ANSWER,
                    [each[file_no] for each in (unread, typed, silent) if file_no in each],
                )
                for file_no in sorted(unread | silent | typed)
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
                if line.outcome == "rejected" and not line.aside
            ],
        )
        connection.cursor().executemany(
            "update quarantine.returns set reasons = reasons || %s::text[] "
            "where batch_id = %s and file_no = %s and line_no = %s",
            [
                (codes, batch_id, line.file_no, line.line_no)
                for line in lines
                if line.aside
                and (codes := [each.code for each in line.refusals if each.code not in line.aside])
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


def _names(connection: psycopg.Connection, batch_id: int) -> dict[int, str]:
    return dict(
        connection.execute(
            "select file_no, file_name from ops.batch_file where batch_id = %s", [batch_id]
        ).fetchall()
    )


def _unread(connection: psycopg.Connection, batch_id: int) -> dict[int, str]:
    """Why nothing of a file could be read, by its number."""
    return {
        file_no: reasons.of_file(error)
        for file_no, error in connection.execute(
            "select file_no, error from ops.batch_file where batch_id = %s and error is not null",
            [batch_id],
        )
    }


def _silent(
    connection: psycopg.Connection,
    batch_id: int,
    lines: list[Line],
    addressees: Mapping[int, str],
) -> dict[int, str]:
    """What a body is told of each form in which nothing is filled in where answers belong.

    It is told once: not of the same bytes again, nor of a form beside which it sent answers of the
    same extract to all of its alerts. A CSV that proves no extract is the list of the alerts:
    beside any form of them with answers it is passed over. A form of a quiet day, which asks
    nothing, is none.
    """
    found: dict[int, tuple[str | None, str, bool]] = {
        file_no: (addressees.get(file_no), sha256, is_text(name))
        for file_no, name, sha256 in connection.execute(
            "select file_no, file_name, sha256 from ops.batch_file "
            "where batch_id = %s and error is null order by file_no",
            [batch_id],
        )
        if not is_statement(name)
    }
    about: dict[int, set[tuple[str | None, date | None]]] = defaultdict(set)
    speaking: set[int] = set()
    listed: dict[str | None, set[str | None]] = defaultdict(set)
    answered: dict[str | None, set[tuple[str | None, date | None]]] = defaultdict(set)
    for line in lines:
        if line.is_remark:
            continue
        about[line.file_no].add((line.alert_id, line.extract_on))
        if line.outcome != "unanswered":
            speaking.add(line.file_no)
            answered[addressees.get(line.file_no)] |= {
                (line.alert_id, line.extract_on),
                (line.alert_id, None),
            }
    remarks = {line.file_no for line in lines} - about.keys()
    for file_no in speaking:
        listed[addressees.get(file_no)] |= {alert_id for alert_id, _ in about[file_no]}
    told = {
        (body, sha256)
        for body, sha256 in connection.execute(
            "select lines.body_code, files.sha256 from ops.return_line as lines "
            "inner join ops.batch_file as files using (batch_id, file_no) "
            "inner join ops.batch as batches using (batch_id) "
            "inner join ops.batch as this on this.batch_id = %s "
            "where lines.outcome = 'unreadable' and files.error is null "
            "and files.sha256 = any(%s) and batches.business_date < this.business_date",
            [batch_id, [sha256 for _, sha256, _ in found.values()]],
        )
    }
    silent: dict[int, str] = {}
    for file_no, (body, sha256, is_csv) in found.items():
        if file_no in speaking | remarks or (body, sha256) in told:
            continue
        alerts = about[file_no]
        if is_csv and alerts and alerts <= {(alert_id, None) for alert_id in listed[body]}:
            continue
        waiting = alerts - answered[body]
        if waiting or not alerts:
            beside = waiting if answered[body] else set()
            silent[file_no] = reasons.nothing_filled_in(
                sorted(alert_id for alert_id, _ in beside if alert_id)
            )
            told.add((body, sha256))
    return silent


def _answer_kept(line: Line) -> str | None:
    if line.outcome in GIVEN:
        return _json(line.answer.plain())
    return NO_ANSWER if line.outcome == "rejected" and line.is_hint else None


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
        said = sender_named(name)
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
