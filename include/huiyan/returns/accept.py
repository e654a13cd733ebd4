"""Takes the answers of one business date: lines become events, or go back with the reason.

`accept(D)` judges the latest accepted batch of the feed `returns` for D, once: in one transaction
it writes the events, what became of every line (`ops.return_line`), the quarantine of the lines it
refused and the count of all of them (`ops.return_intake`). It comes before the alerts of D are
issued, so that they are issued knowing what was answered. A form that comes back, and a manifest
that does, proves that the extract it belongs to was received.

An event that is written stays. A later version of the day adds what is new in it: an answer taken
from an earlier version is not taken twice, another answer of the same body is an event that
corrects the earlier one, and an answer that is no longer there stays, because it was given.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import psycopg
from psycopg.rows import dict_row

from huiyan.alerts import states, words
from huiyan.alerts.issue import LOCK
from huiyan.delivery.extract import CSV_COLUMNS
from huiyan.delivery.neutralise import neutralised
from huiyan.delivery.sheets import ALERTS_SHEET, RETURNED_SHEET
from huiyan.delivery.workbook import ALERT_COLUMNS, RETURNED_HEADINGS
from huiyan.feeds.contract import load_contract
from huiyan.feeds.form_reader import place_of
from huiyan.feeds.header import resolve
from huiyan.returns import acknowledge, printed, reasons
from huiyan.returns.acknowledge import Receipt
from huiyan.returns.code import proves
from huiyan.returns.judge import Answer, Case, Refusal, judge, read_date
from huiyan.returns.record import (
    ANSWERS,
    FEED,
    Line,
    as_loader,
    note_unaddressed,
    record,
    senders_named,
)
from huiyan.said import says_something, visible
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import connect
from huiyan.workdays import next_workday

_TASKS = frozenset(words.TASK.values())
RECEIPT = Answer(progress="acknowledged").weight
FREE = ("note", "evidence_reference", "verified_by", "verified_on")
PROOF = ("body_code", "extract_on", "return_code")
# Role and delivery by date, body and alert.
Handed = Mapping[tuple[date | None, str | None, str | None], tuple[str, int]]


@dataclass(frozen=True)
class AcceptResult:
    """What became of the lines of one business date's returns.

    Attributes:
        status: taken (now), unchanged (it had been before) or nothing (no returns).
        accepted: lines that became events. repeated: lines that say what had been said.
        unanswered: lines left empty. rejected: lines given back with the reason.
        unreadable: files of which no line, or in which no answer, could be read.
        received: extracts that the returns prove to have been received, and nothing before did.
    """

    business_date: date
    status: str
    accepted: int = 0
    repeated: int = 0
    unanswered: int = 0
    rejected: int = 0
    unreadable: int = 0
    received: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Lines by outcome, and files of which nothing could be read."""
        return {
            name: getattr(self, name)
            for name in ("accepted", "repeated", "unanswered", "rejected", "unreadable")
        }


@dataclass
class _Alert:
    """What is known of an alert as of the date, moved on by the answers taken."""

    rule_needs: tuple[str, ...]
    state: str
    opened_on: date | None
    later_answer_on: date | None
    resolved_on: date | None = None
    verdict: str | None = None
    reason: str | None = None
    action: str | None = None
    amount_recovered: Decimal | None = None
    evidence_reference: str | None = None
    note: str | None = None
    least_recovery: Decimal | None = None
    most_recovery: Decimal | None = None
    is_judged_by_verifier: bool = False
    verdict_events: dict[str, int] = field(default_factory=dict)

    def learn(self, detail: dict[str, Any], verdict: str | None) -> None:
        """Take in what an event says."""
        if verdict is not None:
            if states.is_turned(self.verdict, verdict):
                vars(self).update(states.UNSAID)
            self.verdict, self.reason = verdict, detail.get("reason")
            self.is_judged_by_verifier |= detail.get("role") == "verify"
        self.action = detail.get("action") or self.action
        if says_something(detail.get("evidence_reference")):
            self.evidence_reference = detail["evidence_reference"]
        if says_something(detail.get("note")):
            self.note = detail["note"]
        if detail.get("amount_recovered") is not None:
            self.amount_recovered = Decimal(detail["amount_recovered"])


def accept(business_date: date, settings: Settings | None = None) -> AcceptResult:
    """Take the returns of `business_date`; safe to repeat, to kill and to run twice at once."""
    settings = settings or get_settings()
    with connect(settings, role="huiyan_push") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        batch = connection.execute(
            "select batch_id from ops.batch where feed = %s and business_date = %s "
            "and status = 'accepted' order by version desc limit 1",
            [FEED, business_date],
        ).fetchone()
        if batch is None:
            return AcceptResult(business_date, "nothing")
        if (known := _recorded(connection, business_date, batch[0])) is not None:
            return known
        senders = senders_named(connection, batch[0])
        receipts, refused = acknowledge.read(connection, batch[0], business_date, senders, settings)
        lines = _lines(connection, batch[0])
        untouched = acknowledge.untouched(connection, batch[0], receipts)
        for line in lines:
            line.is_untouched = line.file_no in untouched
        handed = _prove(connection, lines, settings)
        _refuse_unread(lines)
        alerts, proofs = _judge_senders(connection, lines, handed, business_date)
        _judge_answers(connection, lines, alerts, business_date, batch[0])
        _acknowledge(connection, receipts, business_date, batch[0])
        proofs |= {receipt.delivery_id: receipt.file_no for receipt in receipts}
        acknowledge.record(connection, business_date, batch[0], proofs)
        typed = printed.told(connection, batch[0], lines, settings)
        record(connection, batch[0], lines, senders, refused, untouched, typed)
        note_unaddressed(connection, business_date, batch[0])
        result = _recorded(connection, business_date, batch[0])
        assert result is not None  # noqa: S101
        return replace(result, status="taken")


def _recorded(
    connection: psycopg.Connection, business_date: date, batch_id: int
) -> AcceptResult | None:
    row = connection.execute(
        "select accepted, repeated, unanswered, rejected, "
        "(select count(*) from ops.return_line as lines where lines.batch_id = intake.batch_id "
        "and outcome = 'unreadable'), (select count(*) from ops.delivery "
        "where acknowledged_batch_id = intake.batch_id) "
        "from ops.return_intake as intake where batch_id = %s",
        [batch_id],
    ).fetchone()
    return None if row is None else AcceptResult(business_date, "unchanged", *row)


def _lines(connection: psycopg.Connection, batch_id: int) -> list[Line]:
    with as_loader(connection), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select typed.*, file.file_name, aside.reasons as aside, "
            "to_jsonb(landed) - '{batch_id,file_no,line_no,read_error}'::text[] as cells "
            "from landing.returns_typed as typed "
            "inner join landing.returns as landed using (batch_id, file_no, line_no) "
            "inner join ops.batch_file as file using (batch_id, file_no) "
            "left join quarantine.returns as aside using (batch_id, file_no, line_no) "
            "where batch_id = %s order by file_no, line_no",
            [batch_id],
        ).fetchall()
    lines = []
    for row in rows:
        cells = {name: text for name, text in row["cells"].items() if isinstance(text, str)}
        extra = row["cells"]["extra"] or {}
        whole = extra.get("cells")
        if is_garbled := isinstance(whole, list):
            cells = {"subject_shown": " | ".join(whole)}
        unread = reasons.unread_answers(reasons.codes_of(row["aside"] or (), cells))
        said: dict[str, Any] = {
            name: visible(row[name]) if name in FREE else row[name]
            for name in ANSWERS
            if name not in unread
        }
        line = Line(
            file_no=row["file_no"],
            line_no=row["line_no"],
            file_name=row["file_name"],
            cells=cells,
            answer=Answer(**said),
            alert_id=row["alert_id"],
            body_code=_as_sent(row["body_code"]),
            extract_on=read_date(row["extract_on"] or ""),
            aside=tuple(row["aside"] or ()),
            unread=unread,
            is_garbled=is_garbled,
        )
        if not is_garbled:
            line.beside = _beside(extra, cells)
            line.other_sheet = _other_sheet(extra)
        lines.append(line)
    return lines


def _refuse_unread(lines: Iterable[Line]) -> None:
    """Refuse what reader and gate refused, in the words of the line's own form."""
    for line in lines:
        told = reasons.of_line(line.aside, line.cells, may_refer=line.role == "verify")
        line.refuse(*(Refusal(code, text) for code, text in told))
    _refuse_misplaced(lines)


def _refuse_misplaced(lines: Iterable[Line]) -> None:
    """Refuse lines without an answer that say something beside the columns for one.

    A column that is filled in beside answers too is the sender's own, as a rule: of such a column
    the first line of the file is asked about, for all others.
    """
    besides = [(line, line.beside) for line in lines]
    own = {
        (line.file_no, name) for line, beside in besides if not line.is_silent for name in beside
    }
    asked = [(line, beside) for line, beside in besides if line.is_silent and line.alert_id]
    alike = Counter((line.file_no, name) for line, beside in asked for name in beside)
    told = set()
    for line, beside in asked:
        misplaced = {
            name: text for name, text in beside.items() if (line.file_no, name) not in told
        }
        theirs = {(line.file_no, name) for name in misplaced} & own
        told |= theirs
        if misplaced:
            more = max((alike[each] - 1 for each in theirs), default=0)
            line.refuse(Refusal(reasons.IN_ANOTHER_COLUMN, reasons.elsewhere(misplaced, more)))


def _further(headings: Iterable[str]) -> frozenset[str]:
    """Those that the form has not."""
    return frozenset(resolve(load_contract(FEED), list(headings), "", complete=False).unknown)


@cache
def _of_other_sheets() -> dict[str, frozenset[str]]:
    """Headings that the form has not, of the sheets that go out and are like it."""
    return {
        ALERTS_SHEET: _further(column.heading for column in ALERT_COLUMNS),
        RETURNED_SHEET: _further(RETURNED_HEADINGS),
    }


def _other_sheet(extra: Mapping[str, str]) -> str:
    """Which of these sheets most of whose further columns are filled in; empty if none."""
    return next(
        (
            sheet
            for sheet, headings in _of_other_sheets().items()
            if len(headings & extra.keys()) * 2 > len(headings)
        ),
        "",
    )


@cache
def _printed() -> frozenset[str]:
    """Further headings of what goes out: of the lists beside the form, and of what comes back."""
    return _further(CSV_COLUMNS).union(*_of_other_sheets().values())


def _beside(extra: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, str]:
    """What somebody wrote into a line outside of the columns for answers, by heading.

    Args:
        extra: of columns that the feed does not know, those of the other sheets of an extract too.
        cells: of those that it knows.
    """
    printed = _printed()
    found = {
        name: text for name, text in extra.items() if says_something(text) and name not in printed
    }
    task, label = cells.get("task_shown", ""), load_contract(FEED).column("task_shown").label
    if says_something(task) and not _TASKS.issuperset(task.split()):
        found[label] = task
    return found


def _as_sent(text: str | None) -> str | None:
    """A code without the apostrophe that kept it from being taken for a formula."""
    if text and text.startswith("'") and neutralised(text[1:]) == text:
        return text[1:]
    return text


def _prove(connection: psycopg.Connection, lines: list[Line], settings: Settings) -> Handed:
    """Note which lines prove whose they are, and in which role their sender has the alert.

    Returns:
        Role and delivery by date, body and alert of what was handed over.
    """
    key = settings.return_key_bytes()
    for line in lines:
        if line.alert_id and line.body_code and line.extract_on and line.cells.get("return_code"):
            line.is_proven = proves(
                line.cells["return_code"], key, line.body_code, line.extract_on, line.alert_id
            )
    handed: dict[tuple[date | None, str | None, str | None], tuple[str, int]] = {
        (extract_on, body_code, alert_id): (role, delivery_id)
        for extract_on, body_code, alert_id, role, delivery_id in connection.execute(
            "select deliveries.business_date, deliveries.body_code, handed.alert_id, "
            "max(handed.role), max(handed.delivery_id) from ops.delivery_alert as handed "
            "inner join ops.delivery as deliveries on handed.delivery_id = deliveries.delivery_id "
            "where handed.alert_id = any(%s) and deliveries.state = 'delivered' group by 1, 2, 3",
            [[line.alert_id for line in lines if line.is_proven]],
        )
    }
    for line in lines:
        if (found := handed.get((line.extract_on, line.body_code, line.alert_id))) is not None:
            line.role = found[0]
    return handed


def _judge_senders(
    connection: psycopg.Connection, lines: list[Line], handed: Handed, day: date
) -> tuple[dict[str, _Alert], dict[int, int]]:
    """Refuse what does not prove whose it is.

    Args:
        handed: as `_prove` gives it.

    Returns:
        The alerts of the others by id, and the deliveries that lines prove to have come, each with
        the number of the file.
    """
    proofs: dict[int, int] = {}
    headed: dict[tuple[int, int], set[str]] = defaultdict(set)
    for line in lines:
        headed[line.file_no, _sheet_of(line)].update(line.cells)
    own = _sheets_of_their_own(lines, headed)
    for line in lines:
        at = (line.file_no, _sheet_of(line))
        if at in own and _may_be_meant(line):
            _refuse_own(line, own[at])
        elif line.is_silent or line.is_untouched:
            if not line.refusals:
                line.outcome = "unanswered"
        elif line.alert_id is None:
            continue
        elif not line.is_proven:
            line.refuse(_unproven(line, headed[at]))
        elif (line.extract_on, line.body_code, line.alert_id) not in handed:
            line.refuse(Refusal("not_handed_over", "这条预警没有推送给这个单位，或推送未送达。"))
        elif line.extract_on is not None and line.extract_on > day:
            line.refuse(Refusal("form_of_a_later_date", "表格的推送日期晚于反馈的业务日期。"))
        else:
            line.is_theirs = True
            if not line.refusals:
                line.outcome = "accepted"
    for line in lines:
        found = handed.get((line.extract_on, line.body_code, line.alert_id))
        is_of_now = line.extract_on is not None and line.extract_on <= day
        if found is not None and line.is_proven and is_of_now:
            proofs.setdefault(found[1], line.file_no)
    answered = [line.alert_id for line in lines if line.is_theirs]
    return _alerts(connection, answered, day), proofs


def _sheet_of(line: Line) -> int:
    return place_of(line.line_no)[0]


def _sheets_of_their_own(
    lines: Iterable[Line], headed: Mapping[tuple[int, int], set[str]]
) -> dict[tuple[int, int], list[Line]]:
    """The lines that say something of every sheet without a proof beside one that has them.

    Args:
        headed: columns in which something stands, by file and sheet.
    """
    proving = {file_no for (file_no, _), names in headed.items() if names >= set(PROOF)}
    found: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        at = (line.file_no, _sheet_of(line))
        is_own = line.file_no in proving and not headed[at] & set(PROOF)
        if is_own and _may_be_meant(line):
            found.setdefault(at, []).append(line)
    return found


def _may_be_meant(line: Line) -> bool:
    """Whether a line of a sheet that proves nothing says what could be an answer."""
    codes = {refusal.code for refusal in line.refusals}
    says = not line.is_silent or bool(codes)
    return says and not line.is_remark and not codes & reasons.NOT_UNDERSTOOD


def _refuse_own(line: Line, alike: Sequence[Line]) -> None:
    """Refuse a line of a sheet that is none of ours, of which its first line tells."""
    contract = load_contract(FEED)
    lacking = [contract.column(name).label for name in PROOF]
    line.is_told_with_another = line is not alike[0]
    # Whatever else is wrong with it: nobody knows that it is meant for an answer.
    line.refusals.clear()
    text = reasons.own_sheet(_sheet_of(line), lacking, len(alike) - 1)
    line.refuse(Refusal(reasons.OWN_SHEET, text))


def _unproven(line: Line, headed: Collection[str]) -> Refusal:
    """Why it proves nothing.

    Args:
        headed: columns in which something stands in its sheet.
    """
    lacking = [name for name in PROOF if name not in line.cells]
    if not lacking:
        return Refusal(
            "wrong_return_code",
            "反馈码与预警编号、接收单位代码、推送日期对不上：锁定的栏目被改动过，或这条预警不是发给"
            "本单位的。请在原表格上填写。",
        )
    if line.other_sheet and len(lacking) == len(PROOF):
        text = reasons.on_another_sheet(line.other_sheet, line.cells)
        return Refusal("no_return_code", text)
    contract = load_contract(FEED)
    named = "".join(f"“{contract.column(name).label}”" for name in lacking)
    if any(name in headed for name in lacking):
        what = f"这一行的{named}是空的：锁定的栏目不要清空"
    else:
        what = f"{named}一栏不见了：锁定的栏目不要删除，旧版和自制的表格不予受理"
    return Refusal("no_return_code", f"{what}，请在最近一次收到的表格上填写。")


def _alerts(
    connection: psycopg.Connection, alert_ids: list[str | None], day: date
) -> dict[str, _Alert]:
    """The alerts as of `day`, before the machine has judged it."""
    alerts = {
        alert_id: _Alert(
            tuple(filter(None, (needs or "").split(","))),
            "open",
            opened_on,
            None,
            resolved_on,
            least_recovery=least,
            most_recovery=most,
        )
        for alert_id, needs, opened_on, resolved_on, least, most in connection.execute(
            "select distinct on (alerts.alert_id) alerts.alert_id, rules.close_out_needs, "
            "openings.opened_on, "
            "case when openings.resolved_on < %(day)s then openings.resolved_on end, "
            "cast(facts.entries ->> rules.least_recovery as numeric), "
            "cast(facts.entries ->> rules.most_recovery as numeric) "
            "from ops.alert as alerts "
            "left join marts.dim_rule as rules on alerts.rule_id = rules.rule_id "
            "left join ops.alert_opening as openings "
            "on alerts.alert_id = openings.alert_id and openings.opened_on <= %(day)s "
            "cross join lateral (select coalesce(openings.evidence, alerts.evidence) || "
            "jsonb_build_object('amount', coalesce(openings.amount, alerts.amount)) as entries"
            ") as facts "
            "where alerts.alert_id = any(%(alerts)s) "
            "order by alerts.alert_id, openings.opened_on desc",
            {"day": day, "alerts": alert_ids},
        )
    }
    changed_on: dict[str, date] = {}
    sampled_on: dict[str, date] = {}
    for alert_id, on, actor, event_id, event, to_state, body, detail in connection.execute(
        "select alert_id, business_date, actor, event_id, event, to_state, body_code, detail "
        "from ops.alert_event where alert_id = any(%s) order by alert_id, business_date, "
        "case when event = 'auto_resolved' then 4 when actor = 'channel' then 2 "
        "when actor = 'machine' then 1 else 3 end, event_id",
        [list(alerts)],
    ):
        alert = alerts[alert_id]
        if actor == "machine" and on >= day:
            continue
        if on > day:
            if actor != "channel":
                alert.later_answer_on = alert.later_answer_on or on
            continue
        if event == "sampled":
            sampled_on[alert_id] = on
        if to_state is not None:
            alert.state = to_state
            changed_on[alert_id] = on
        is_of_now = alert.opened_on is None or on >= alert.opened_on
        if actor not in ("machine", "channel") and is_of_now and "implied_by" not in detail:
            is_verdict = to_state in states.VERDICTS
            alert.learn(detail, to_state if is_verdict else None)
            if is_verdict and body is not None:
                alert.verdict_events[body] = event_id
    # A sample of what ended by itself is asked for as if it had not ended.
    for alert_id, on in sampled_on.items():
        if alerts[alert_id].state == "auto_resolved" and on >= changed_on[alert_id]:
            alerts[alert_id].state = "delivered"
    return alerts


def _judge_answers(
    connection: psycopg.Connection,
    lines: list[Line],
    alerts: dict[str, _Alert],
    day: date,
    batch_id: int,
) -> None:
    """Write the events of the answers that may be given; what was said before is not said again.

    The disposing bodies come before the verifying ones, whose word stands.
    """
    said = _said_before(connection, list(alerts), day)
    received = {
        (body, alert_id)
        for body, alert_id in connection.execute(
            "select body_code, alert_id from ops.alert_event where alert_id = any(%s) "
            "and event = 'acknowledged' and row_no = 0 and business_date <= %s",
            [list(alerts), day],
        )
    }
    answers: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        if line.outcome == "accepted" and line.body_code and line.alert_id:
            body, alert_id = line.body_code, line.alert_id
            is_receipt = line.answer.weight == RECEIPT and (body, alert_id) in received
            if is_receipt or _frozen(line.answer.plain()) in said[body, alert_id]:
                line.outcome = "repeated"
            else:
                answers[body, alert_id].append(line)
    latest = next_workday(day)
    for (body, alert_id), group in sorted(
        answers.items(), key=lambda item: (item[1][0].role == "verify", item[0])
    ):
        alert = alerts[alert_id]
        for line in group:
            _turn_down(line, _refusals(line, alert, day, latest))
        for line in _in_order([line for line in group if line.outcome == "accepted"]):
            if line.outcome == "accepted":
                _answer(connection, line, alert, body, day, latest, batch_id)
    # What else is wrong with lines of which a cell cannot be read, as things stand now.
    for line in lines:
        if line.is_theirs and line.alert_id and (line.aside or line.unread):
            further = _refusals(line, alerts[line.alert_id], day, latest)
            line.refuse(*(refusal for refusal in further if not refusal.is_harmless))


def _said_before(
    connection: psycopg.Connection, alert_ids: list[str], day: date
) -> dict[tuple[str, str], set[frozenset[tuple[str, str]]]]:
    """By body and alert: its last answer, and all that earlier versions of the day said."""
    said: dict[tuple[str, str], set[frozenset[tuple[str, str]]]] = defaultdict(set)
    for body, alert_id, on, answer in connection.execute(
        "select lines.body_code, lines.alert_id, batches.business_date, lines.answer "
        "from ops.return_line as lines "
        "inner join ops.batch as batches on lines.batch_id = batches.batch_id "
        "where lines.alert_id = any(%s) and lines.outcome = 'accepted' "
        "and batches.business_date <= %s "
        "order by batches.business_date, batches.version, lines.file_no, lines.line_no",
        [alert_ids, day],
    ):
        if on < day:
            said[body, alert_id].clear()
        said[body, alert_id].add(_frozen(answer))
    return said


def _frozen(answer: dict[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(answer.items())


def _acknowledge(
    connection: psycopg.Connection, receipts: list[Receipt], day: date, batch_id: int
) -> None:
    """Mark as acknowledged what the extracts brought and nobody has begun on."""
    by_delivery = {receipt.delivery_id: receipt for receipt in receipts}
    brought = connection.execute(
        "select delivery_id, alert_id, max(role) from ops.delivery_alert "
        "where delivery_id = any(%s) group by delivery_id, alert_id order by delivery_id, alert_id",
        [list(by_delivery)],
    ).fetchall()
    alerts = _alerts(connection, [alert_id for _, alert_id, _ in brought], day)
    latest = next_workday(day)
    for delivery_id, alert_id, role in brought:
        receipt, alert = by_delivery[delivery_id], alerts[alert_id]
        line = Line(
            file_no=receipt.file_no,
            line_no=0,
            file_name=receipt.file_name,
            cells={},
            answer=Answer(progress="acknowledged"),
            alert_id=alert_id,
            body_code=receipt.body_code,
            extract_on=receipt.extract_on,
            is_proven=True,
            role=role,
        )
        if not _refusals(line, alert, day, latest):
            _answer(connection, line, alert, receipt.body_code, day, latest, batch_id)


def _in_order(group: list[Line]) -> list[Line]:
    """Answers of one body to one alert in the order in which they count.

    The same answer twice counts once. A receipt, a note that it is being looked into and a verdict
    may come in one batch; two that differ and go equally far contradict each other. A line that
    would not be taken anyway contradicts nothing: it may be the one that another one corrects.
    """
    firsts: set[Answer] = set()
    for line in group:
        if line.answer in firsts or (
            line.answer.is_mere_receipt and any(first.is_mere_receipt for first in firsts)
        ):
            line.outcome = "repeated"
        else:
            firsts.add(line.answer)
    if len({answer.weight for answer in firsts}) < len(firsts):
        for line in group:
            line.refuse(
                Refusal(
                    "conflicting_answers",
                    "同一批反馈里对这条预警填写了不同的内容：请只保留一行，"
                    "把其他行的绿色栏目清空。",
                )
            )
    return sorted(group, key=lambda line: line.answer.weight)


def _answer(
    connection: psycopg.Connection,
    line: Line,
    alert: _Alert,
    body: str,
    day: date,
    latest: date,
    batch_id: int,
) -> None:
    taken, refusals = judge(line.answer, _case(line, alert, day), latest=latest)
    if refusals:
        _turn_down(line, refusals)
        return
    facts = _facts(line, alert.opened_on or day, latest)
    for step in taken:
        detail: dict[str, Any] = facts
        if step.implied_by is not None:
            detail = {"implied_by": step.implied_by, "role": line.role}
        elif step.event == "verdict" and body in alert.verdict_events:
            detail = {**facts, "corrects": alert.verdict_events[body]}
        row = connection.execute(
            "insert into ops.alert_event (alert_id, event, to_state, actor, detail, "
            "business_date, body_code, batch_id, file_no, row_no) "
            "values (%s, %s, %s, 'body', %s, %s, %s, %s, %s, %s) returning event_id",
            [
                line.alert_id,
                step.event,
                step.to_state,
                json.dumps(detail, ensure_ascii=False),
                day,
                body,
                batch_id,
                line.file_no,
                line.line_no,
            ],
        ).fetchone()
        if row is not None and step.event == "verdict":
            alert.verdict_events[body] = row[0]
        alert.state = step.to_state
    verdict = line.answer.verdict
    alert.learn(facts, verdict)


def _turn_down(line: Line, refusals: tuple[Refusal, ...]) -> None:
    """Refuse the line for these reasons; one that only says what is known is said again."""
    if refusals and all(refusal.is_harmless for refusal in refusals):
        line.outcome = "repeated"
    else:
        line.refuse(*refusals)


def _refusals(line: Line, alert: _Alert, day: date, latest: date) -> tuple[Refusal, ...]:
    """Why the line would not be taken if it stood alone."""
    if (refusal := _too_late(line, alert)) is not None:
        return (refusal,)
    case = _case(line, alert, day)
    _, refusals = judge(line.answer, case, latest=latest, unread=line.unread)
    return refusals


def _case(line: Line, alert: _Alert, day: date) -> Case:
    return Case(
        state=alert.state,
        role=line.role,
        opened_on=alert.opened_on or day,
        is_judged_by_verifier=alert.is_judged_by_verifier,
        verdict=alert.verdict,
        reason=alert.reason,
        action=alert.action,
        amount_recovered=alert.amount_recovered,
        evidence_reference=alert.evidence_reference,
        note=alert.note,
        least_recovery=alert.least_recovery,
        most_recovery=alert.most_recovery,
        close_out_needs=alert.rule_needs,
    )


def _too_late(line: Line, alert: _Alert) -> Refusal | None:
    if alert.resolved_on is not None and alert.state in states.ENDS | {"not_confirmed"}:
        return Refusal(
            "settled",
            f"这条预警已于 {alert.resolved_on.isoformat()} 结束（{words.TOLD[alert.state]}），"
            "不能再反馈。",
            is_final=True,
        )
    if alert.later_answer_on is not None:
        return Refusal(
            "answered_later",
            f"{alert.later_answer_on.isoformat()} 已有新的反馈，不再接受更早日期的反馈；请按现状"
            "重新填写。",
        )
    if alert.opened_on and line.extract_on and line.extract_on < alert.opened_on:
        return Refusal(
            "form_of_an_earlier_opening",
            f"{alert.opened_on.isoformat()} 这条预警重新产生，请在那之后收到的表格上填写。",
        )
    return None


def _facts(line: Line, opened_on: date, latest: date) -> dict[str, Any]:
    """What an event keeps of the answer; a verdict always has its reason."""
    answer = line.answer
    reason = answer.reason
    if reason is None and answer.verdict == "confirmed":
        reason = "confirmed"
    amount = answer.amount_recovered
    verified_on = (
        read_date(answer.verified_on, earliest=opened_on, latest=latest)
        if answer.verified_on
        else None
    )
    return {
        "reason": reason,
        "action": answer.action,
        "amount_recovered": None if amount is None else f"{amount:.2f}",
        "evidence_reference": answer.evidence_reference,
        "role": line.role,
        "progress": answer.progress,
        "note": answer.note,
        "verified_by": answer.verified_by,
        "verified_on": verified_on.isoformat() if verified_on else None,
        "extract_on": line.extract_on.isoformat() if line.extract_on else None,
    }
