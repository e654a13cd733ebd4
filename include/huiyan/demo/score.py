"""Compares what the rules found with what is known about the demo district."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import psycopg

from huiyan.demo.allowance import allowed
from huiyan.demo.truth import (
    RETURNS,
    RULES,
    SETTLED,
    TRUTH,
    UNIT_TRUTH,
    Case,
    delivered_subject,
    read_settled,
    read_truth,
)
from huiyan.errors import NotFoundError
from huiyan.settings import Settings, get_settings

LEAST_RECALL = 0.98


@dataclass(frozen=True)
class RuleScore:
    """One rule: subjects planted, found among them, missed, and other open hits.

    Other hits are wrong, but for as many as are `allowed` of a statistical rule: no more than
    that, and none is.
    """

    rule_id: str
    planted: int
    found: int
    missed: tuple[str, ...]
    others: tuple[str, ...]
    near_misses: int
    allowed: int = 0

    @property
    def wrong(self) -> tuple[str, ...]:
        """The other hits, unless there are no more of them than allowed."""
        return self.others if len(self.others) > self.allowed else ()


@dataclass(frozen=True)
class Score:
    """All rules on the last evaluated date, and the matching of units.

    `precision` and `recall` are None where nothing was matched or nothing is to be matched.
    """

    business_date: str
    rules: tuple[RuleScore, ...]
    pairs_right: int
    pairs_made: int
    pairs_true: int

    @property
    def precision(self) -> float | None:
        """Share of the pairs made that are right."""
        return self.pairs_right / self.pairs_made if self.pairs_made else None

    @property
    def recall(self) -> float | None:
        """Share of the true pairs that were made."""
        return self.pairs_right / self.pairs_true if self.pairs_true else None

    @property
    def failures(self) -> tuple[str, ...]:
        """What must not be, one text each: something missed or wrong, a wrong pair of units, fewer
        than 98 % of the right ones."""
        missed = sum(len(rule.missed) for rule in self.rules)
        wrong = sum(len(rule.wrong) for rule in self.rules)
        astray = self.pairs_made - self.pairs_right
        said = (
            (missed, f"{missed:,} planted {'case' if missed == 1 else 'cases'} missed"),
            (wrong, f"{wrong:,} wrong {'hit' if wrong == 1 else 'hits'}"),
            (not self.pairs_made, "no pair of units made"),
            (astray, f"{astray:,} wrong {'pair' if astray == 1 else 'pairs'} of units"),
            (
                self.recall is None or self.recall < LEAST_RECALL,
                f"fewer than {LEAST_RECALL:.0%} of the true pairs of units made",
            ),
        )
        return tuple(words for is_so, words in said if is_so)

    @property
    def is_perfect(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


def score(connection: psycopg.Connection, folder: Path, settings: Settings | None = None) -> Score:
    """Score the warehouse against the truth in `folder`.

    Raises:
        NotFoundError: there is no truth, or nothing has been evaluated yet.
    """
    if not (folder / TRUTH).exists():
        raise NotFoundError(f"There is no {TRUTH} in {folder}: run `huiyan demo make` first.")
    row = connection.execute("select max(business_date)::text from marts.fct_rule_run").fetchone()
    if row is None or row[0] is None:
        raise NotFoundError("No business date has been evaluated: run `huiyan demo run` first.")
    evaluated: str = row[0]
    hits: dict[str, set[str]] = {}
    for rule_id, subject_id in connection.execute(
        "select rule_id, subject_id from marts.fct_rule_hit where is_open"
    ):
        hits.setdefault(rule_id, set()).add(subject_id)
    card_key = (settings or get_settings()).card_key_bytes()
    populations: dict[str, int | None] = dict(
        connection.execute(
            "select rule_id, population from marts.fct_rule_run where business_date = %s::date",
            [evaluated],
        ).fetchall()
    )
    cases = read_truth(folder / TRUTH) + _recurred(folder)
    rules = []
    for rule_id in sorted({case.rule_id for case in cases} | set(RULES)):
        planted = {
            delivered_subject(rule_id, case.subject_id, card_key)
            for case in cases
            if case.rule_id == rule_id and case.kind == "planted"
        }
        found = hits.get(rule_id, set())
        rules.append(
            RuleScore(
                rule_id,
                len(planted),
                len(planted & found),
                tuple(sorted(planted - found)),
                tuple(sorted(found - planted)),
                sum(case.rule_id == rule_id and case.kind == "near_miss" for case in cases),
                allowed(rule_id, populations.get(rule_id) or 0),
            )
        )
    true_pairs = _true_pairs(folder / UNIT_TRUTH)
    made = {
        (finance, treasury)
        for finance, treasury in connection.execute(
            "select finance_agency_code, treasury_agency_code from marts.dim_unit "
            "where finance_agency_code is not null and treasury_agency_code is not null"
        )
    }
    return Score(evaluated, tuple(rules), len(made & true_pairs), len(made), len(true_pairs))


def _recurred(folder: Path) -> list[Case]:
    """What LOOP-002 has to find once the bodies have answered: nothing before."""
    if not (folder / "landing" / RETURNS).is_dir():
        return []
    return [
        Case(
            "LOOP-002",
            hashlib.sha256(f"{each.rule_id}|{each.again}".encode()).hexdigest()[:32],
            "planted" if each.said == "confirmed" else "near_miss",
            "",
            f"{each.subject_id}: {each.said} on {each.settled_on}",
        )
        for each in read_settled(folder / SETTLED)
    ]


def _true_pairs(path: Path) -> set[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return {
            (row["finance_agency_code"], row["treasury_agency_code"])
            for row in csv.DictReader(handle)
        }
