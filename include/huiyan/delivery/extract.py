"""What one body receives for one business date, independent of file formats.

The extract is kept as JSON in its outbox row, in the transaction that changed the alerts; the files
are rendered from that row and from nothing else, so a delivery can be repeated byte for byte.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Said:
    """What one body has answered of an alert since it was opened: the last it said of each thing.

    Attributes:
        body_name: who. role: in which it answered: dispose or verify.
        said_on: business date of its last answer.
        verdict, reason, progress, action: codes as in `words`; null if not said.
        amount_recovered: CNY; null if not said.
        note, evidence_reference, verified_by: as written; null if not said.
        unnamed_evidence: what was written as evidence and names none, as 见附件; null where some is
            named.
    """

    body_name: str
    role: str
    said_on: date
    verdict: str | None = None
    reason: str | None = None
    progress: str | None = None
    action: str | None = None
    amount_recovered: Decimal | None = None
    note: str | None = None
    evidence_reference: str | None = None
    verified_by: str | None = None
    unnamed_evidence: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Said":
        """As `Extract.to_json` wrote it."""
        amount = _money(values["amount_recovered"])
        said_on = date.fromisoformat(values["said_on"])
        return cls(**{**values, "said_on": said_on, "amount_recovered": amount})


@dataclass(frozen=True)
class ExtractRow:
    """One alert in one role; field names up to `close_out_standard` are those of `alerts.csv`.

    Attributes:
        role: what the body is to do: dispose or verify.
        is_new: the alert came to this body in this role on the extract's date.
        tier: yellow, orange or red.
        occurred_on: null where the rule knows no single day.
        amount: CNY; null where the rule knows none.
        due_on: last day for an answer.
        evidence: the rule's JSON object as recorded with the hit, as PostgreSQL writes it.
        tier_reasons: Chinese reasons of every step above the base tier.
        description: what the rule finds, for accountants; empty, as `opened_on` is null, in an
            extract put into the outbox before it held them.
        opened_on: the day the alert was opened: nobody can have verified it earlier.
        return_code: by which the form proves that this body was sent this alert on this date;
            empty in an extract put into the outbox before there were codes.
        marks: what is special about the row on the date, keys of `words.MARK`.
        notices: Chinese sentences about it: overdue, taken over, recurred, a sample.
        concluded: what another department concluded on the same unit, matter and period: its name,
            the day (YYYY-MM-DD), the conclusion, the document's number or ""; empty if none did.
        close_out_needs: what the rule's standard demands of a finding before it is closed.
        least_recovery: what must at least go back if it is true, CNY; null where the rule cannot
            know it.
        answers: what bodies have answered, who spoke last at the end; of a verifying body only
            where the row's role is to verify.
        is_sent_back: who verifies it has sent it back to be put right.
        rerouted: why this body has it and not the one that its tier or the jurisdiction names, in
            Chinese; empty if it is that one.
        cleared_on: since when the rule no longer finds it, of an alert on which somebody had begun;
            null while it does, or where the rule, not the matter, has changed.
    """

    alert_id: str
    role: str
    is_new: bool
    tier: str
    rule_id: str
    rule_name: str
    unit_name: str
    finance_agency_code: str | None
    treasury_agency_code: str | None
    subject_type: str
    subject_id: str
    occurred_on: date | None
    amount: Decimal | None
    due_on: date
    state: str
    evidence: str
    what_to_check: str
    legal_basis: str
    close_out_standard: str
    tier_reasons: tuple[str, ...] = ()
    description: str = ""
    opened_on: date | None = None
    return_code: str = ""
    marks: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    concluded: tuple[str, ...] = ()
    close_out_needs: tuple[str, ...] = ()
    least_recovery: Decimal | None = None
    answers: tuple[Said, ...] = ()
    is_sent_back: bool = False
    rerouted: str = ""
    cleared_on: date | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "ExtractRow":
        """The row with these values, whose lists become tuples."""
        plain: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        return cls(**plain)


_LATER_OF_ROW = (
    "concluded",
    "close_out_needs",
    "least_recovery",
    "answers",
    "is_sent_back",
    "rerouted",
    "cleared_on",
)

CSV_COLUMNS = (
    "alert_id",
    "role",
    "is_new",
    "tier",
    "rule_id",
    "rule_name",
    "unit_name",
    "finance_agency_code",
    "treasury_agency_code",
    "subject_type",
    "subject_id",
    "occurred_on",
    "amount",
    "due_on",
    "state",
    "evidence",
    "what_to_check",
    "legal_basis",
    "close_out_standard",
)


@dataclass(frozen=True)
class GoneRow:
    """An alert the body had been given and need not deal with any more.

    Attributes:
        reason: cleared (the hit is gone), moved (another body has it now), suppressed (an exception
            covers it), escalated (nobody answered in time, the next body has it), answered (a body
            settled it), demoted (its rule is no longer pushed), retired (its rule is no longer
            evaluated) new_version (another version of its rule does not find it) or
            new_thresholds (nor does the rule by other thresholds).
        evidence: where only it names what the subject's codes mean, else null.
        settled: of an answered one, where the body may know it: the state it ended in, the name of
            the body that settled it, and the day (YYYY-MM-DD); else empty.
    """

    alert_id: str
    rule_name: str
    unit_name: str
    subject_type: str
    subject_id: str
    amount: Decimal | None
    reason: str
    evidence: str | None = None
    settled: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReturnedRow:
    """A line of a form that the body sent back and that was not taken.

    Attributes:
        file_name, line_no: where it stood; line 0 is a whole file that could not be read.
        more: if not 0, it stands for so many further lines of the file, which are not listed; of
            further files if it names none.
        cells: what stood there, by column of the feed `returns`.
        reasons: why it was not taken, in Chinese.
        is_hint: no answer is filled in where answers belong; it may be that none was meant.
    """

    file_name: str
    line_no: int
    cells: dict[str, str]
    reasons: tuple[str, ...]
    more: int = 0
    is_hint: bool = False


@dataclass(frozen=True)
class ReceivedFile:
    """A file that the body sent back, and how many of its lines came to what.

    Attributes:
        accepted: taken on the day. repeated: said before. unanswered: left empty.
        refused: not taken, to be corrected. settled: not taken, for the alert has ended.
        settled_why: of the first of these, the alert and what became of it, in Chinese.
        hints: lines, or the file itself, where words stand that are not where answers belong.
        is_empty: nothing at all is filled in where answers belong.
    """

    file_name: str
    accepted: int
    repeated: int
    unanswered: int
    refused: int
    settled: int = 0
    hints: int = 0
    settled_why: tuple[str, ...] = ()
    is_empty: bool = False


@dataclass(frozen=True)
class CaseMember:
    """A hit that an alert about several hits gathers.

    Attributes:
        alert_id: the alert that is the case. hit_id: the hit.
        occurred_on: null where the rule knows no single day.
        amount: CNY; null where the rule knows none.
        detected_on: business date since which it is open.
        evidence: the hit's JSON object, as PostgreSQL writes it.
        total: hits that the case gathers; not all may be among the extract's.
    """

    alert_id: str
    hit_id: str
    rule_name: str
    unit_name: str
    subject_type: str
    subject_id: str
    occurred_on: date | None
    amount: Decimal | None
    detected_on: date
    evidence: str
    total: int


@dataclass(frozen=True)
class JointRow:
    """A case of joint supervision as the body sees it.

    Attributes:
        standing: new, changed, standing or ended on the extract's date.
        role: lead, co, or what the body does with an alert of the case: dispose, verify.
        period_from, period_to: what the case spans.
        own_findings, own_alerts: numbers of the body's own, joined by 、; null if none.
        others_found: Chinese, a line for each finding; null if nothing.
        is_asked: the body is asked for a conclusion.
        is_conclusion_reusable: another department has concluded; nobody is asked again.
        conclusion, concluded_by_name, concluded_on: null while nothing is concluded.
        document_no: null if not said.
    """

    case_id: str
    standing: str
    role: str
    unit_name: str
    matter_name: str
    period_from: date
    period_to: date
    own_findings: str | None
    own_alerts: str | None
    others_found: str | None
    is_asked: bool
    is_conclusion_reusable: bool
    conclusion: str | None
    concluded_by_name: str | None
    concluded_on: date | None
    document_no: str | None


@dataclass(frozen=True)
class Extract:
    """All rows of one body and date, in the order in which they are shown."""

    body_code: str
    body_name: str
    business_date: date
    rows: tuple[ExtractRow, ...] = ()
    gone: tuple[GoneRow, ...] = field(default=())
    returned: tuple[ReturnedRow, ...] = field(default=())
    cases: tuple[CaseMember, ...] = ()
    joint: tuple[JointRow, ...] = ()
    received: tuple[ReceivedFile, ...] = ()

    @property
    def counts_by_tier(self) -> dict[str, int]:
        """Number of alerts (not of rows: an alert may come in both roles) of each tier."""
        tiers = {row.alert_id: row.tier for row in self.rows}
        return {
            tier: sum(1 for value in tiers.values() if value == tier)
            for tier in ("red", "orange", "yellow")
        }

    @property
    def returned_lines(self) -> int:
        """Lines that were not taken, listed or not."""
        return sum(row.more or 1 for row in self.returned)

    @property
    def hints(self) -> int:
        """Of these, lines and files in which no answer was filled in where answers belong."""
        return sum(row.is_hint for row in self.returned)

    @property
    def empty_forms(self) -> int:
        """Files that came back and hold no answer at all."""
        return sum(file.is_empty for file in self.received)

    @property
    def has_unread_words(self) -> bool:
        """Whether words were sent back that do not stand where answers belong."""
        return self.hints > self.empty_forms or any(file.hints for file in self.received)

    def to_json(self) -> str:
        """Canonical JSON: the same extract always gives the same text.

        What it has nothing of is left out, where extracts once had no such thing: their text is the
        same as it was.
        """
        said = asdict(self)
        _leave_out(said, "returned", "cases", "joint", "received")
        for row in said["rows"]:
            _leave_out(row, *_LATER_OF_ROW)
            for answer in row.get("answers", ()):
                _leave_out(answer, "unnamed_evidence")
        for row in said["gone"]:
            _leave_out(row, "evidence", "settled")
        for row in said.get("returned", ()):
            _leave_out(row, "more", "is_hint")
        for row in said.get("received", ()):
            _leave_out(row, "settled", "hints", "settled_why", "is_empty")
        return json.dumps(
            said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Extract":
        """The extract that `to_json` wrote, once parsed."""
        return cls(
            body_code=data["body_code"],
            body_name=data["body_name"],
            business_date=date.fromisoformat(data["business_date"]),
            rows=tuple(
                ExtractRow.of(
                    {
                        **row,
                        "occurred_on": _date(row["occurred_on"]),
                        "amount": _money(row["amount"]),
                        "least_recovery": _money(row.get("least_recovery")),
                        "due_on": date.fromisoformat(row["due_on"]),
                        "opened_on": _date(row.get("opened_on")),
                        "cleared_on": _date(row.get("cleared_on")),
                        "answers": tuple(map(Said.of, row.get("answers", ()))),
                    }
                )
                for row in data["rows"]
            ),
            gone=tuple(
                GoneRow(
                    **{
                        **row,
                        "amount": _money(row["amount"]),
                        "settled": tuple(row.get("settled", ())),
                    }
                )
                for row in data["gone"]
            ),
            returned=tuple(
                ReturnedRow(**{**row, "reasons": tuple(row["reasons"])})
                for row in data.get("returned", ())
            ),
            cases=tuple(
                CaseMember(
                    **{
                        **row,
                        "occurred_on": _date(row["occurred_on"]),
                        "amount": _money(row["amount"]),
                        "detected_on": date.fromisoformat(row["detected_on"]),
                    }
                )
                for row in data.get("cases", ())
            ),
            joint=tuple(
                JointRow(
                    **{
                        **row,
                        "period_from": date.fromisoformat(row["period_from"]),
                        "period_to": date.fromisoformat(row["period_to"]),
                        "concluded_on": _date(row["concluded_on"]),
                    }
                )
                for row in data.get("joint", ())
            ),
            received=tuple(
                ReceivedFile(**{**row, "settled_why": tuple(row.get("settled_why", ()))})
                for row in data.get("received", ())
            ),
        )

    def content_hash(self) -> str:
        """SHA-256 of the content, whatever the files it is rendered to."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _leave_out(said: dict[str, Any], *later: str) -> None:
    """Drop those of the entries `later` of which there is nothing."""
    for name in later:
        if not said[name]:
            del said[name]


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
