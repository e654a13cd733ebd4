"""What is known about the made-up district: planted cases, near misses, pairs of users."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from huiyan.demo.district import Unit
from huiyan.feeds import cards
from huiyan.rules.catalogue import load_rules

Kind = Literal["planted", "near_miss"]
TRUTH, UNIT_TRUTH = "truth.csv", "unit_truth.csv"
SETTLED, JOINED = "settled.csv", "joined.csv"
RETURNS = "returns"  # the feed; its folder of the landing zone is there once bodies have answered
_CATALOGUE = load_rules()
RULES = tuple(_CATALOGUE)
_OF_CARDS = {rule.id for rule in _CATALOGUE.values() if rule.subject_type == "card_group"}


@dataclass(frozen=True, order=True)
class Case:
    """One known subject of one rule.

    `expected_open_on` is the last business date for planted cases and empty for near misses: a
    near miss may have been a hit on an earlier day, but is none at the end.
    """

    rule_id: str
    subject_id: str
    kind: Kind
    expected_open_on: str
    note: str


@dataclass(frozen=True)
class Use:
    """One unit's use of something that several may share: a file, a number, an account, a payee.

    `known_on` is the first day (ordinal) on which it counts; `order` says which of several is the
    later one.
    """

    known_on: int
    order: tuple[int, int, str]
    unit: Unit


Said = Literal["confirmed", "not_confirmed"]


@dataclass(frozen=True, order=True)
class Settled:
    """What the verifying body says of a planted hit, and which hit of the rule follows in the unit.

    `settled_on` is the business date of its form, earlier than that on which `again` is found.
    """

    rule_id: str
    subject_id: str
    said: Said
    settled_on: str
    again: str


@dataclass(frozen=True, order=True)
class Joined:
    """What others say of a unit, and what of ours it concerns.

    Attributes:
        what: complaint or joint_finding. number: of the complaint or finding.
        rule_id, subject_id: a planted hit in the unit.
        counts: whether the complaint raises the hit's tier, the finding and the alert are one case.
    """

    what: Literal["complaint", "joint_finding"]
    number: str
    rule_id: str
    subject_id: str
    counts: bool
    note: str


class Truth:
    """Collects cases; the same subject is never both planted and near miss of one rule.

    `marks` names the few subjects that the re-sent day changes. `uses` tells who shares a subject
    that does not name its unit. `settled` and `joined` say what bodies and others do about some.
    """

    def __init__(self, last_day: str) -> None:
        self._last_day = last_day
        self._cases: dict[tuple[str, str], Case] = {}
        self.marks: dict[str, str] = {}
        self.uses: dict[str, list[Use]] = defaultdict(list)
        self.settled: list[Settled] = []
        self.joined: list[Joined] = []

    def plant(self, rule: str, subject: str | None, note: str) -> None:
        """A subject that must be an open hit on the last business date."""
        self._add(rule, subject, "planted", self._last_day, note)

    def near(self, rule: str, subject: str | None, note: str) -> None:
        """A subject that must not be one."""
        self._add(rule, subject, "near_miss", "", note)

    def _add(self, rule: str, subject: str | None, kind: Kind, open_on: str, note: str) -> None:
        if subject is None:
            raise ValueError(f"{rule} {kind} {note!r}: it would come after the last business day")
        earlier = self._cases.setdefault((rule, subject), Case(rule, subject, kind, open_on, note))
        if earlier.kind != kind:
            raise ValueError(f"{rule} {subject} is both planted and a near miss")

    @property
    def cases(self) -> list[Case]:
        """All cases, by rule and subject."""
        return sorted(self._cases.values())

    def planted(self, rule: str) -> set[str]:
        """Subjects of a rule that must be open at the end."""
        return {c.subject_id for c in self.cases if c.rule_id == rule and c.kind == "planted"}


def delivered_subject(rule_id: str, subject_id: str, card_key: bytes) -> str:
    """A subject as the warehouse knows it: there the card's number has become its token."""
    if rule_id not in _OF_CARDS:
        return subject_id
    number, rest = subject_id.split(":", 1)
    return f"{cards.token(card_key, number)}:{rest}"


def write_truth(path: Path, cases: list[Case]) -> None:
    """Write `truth.csv`."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(("rule_id", "subject_id", "kind", "expected_open_on", "note"))
        for case in cases:
            writer.writerow(
                (case.rule_id, case.subject_id, case.kind, case.expected_open_on, case.note)
            )


def read_truth(path: Path) -> list[Case]:
    """Read `truth.csv`."""
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            Case(
                row["rule_id"],
                row["subject_id"],
                "planted" if row["kind"] == "planted" else "near_miss",
                row["expected_open_on"],
                row["note"],
            )
            for row in csv.DictReader(handle)
        ]


def read_settled(path: Path) -> list[Settled]:
    """Read `settled.csv`; nothing if it is not there."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            Settled(
                row["rule_id"],
                row["subject_id"],
                "confirmed" if row["said"] == "confirmed" else "not_confirmed",
                row["settled_on"],
                row["again"],
            )
            for row in csv.DictReader(handle)
        ]
