"""Rules that read other rules' hits: one that forgets a clause is wrong in the demo district."""

from collections.abc import Callable
from copy import copy
from functools import cache

import pytest

import demo_oracle_patterns as patterns
from demo_oracle import Hits, Oracle, Record
from demo_oracle_patterns import History, Key
from demo_worlds import lived
from huiyan.demo.allowance import allowed
from huiyan.demo.district import Options

OPTIONS = Options(accounts=220)
DAYS = OPTIONS.business_days


@cache
def _known() -> tuple[Oracle, History]:
    return lived(OPTIONS).oracle(DAYS[-1]), lived(OPTIONS).history(*DAYS)


@cache
def _populations() -> dict[str, int]:
    return lived(OPTIONS).populations(*DAYS)


def _wrong(found: Hits) -> set[str]:
    """Rules that miss a planted case, hit a near miss, or find more others than is stated."""
    truth, populations = lived(OPTIONS).world.truth, _populations()
    wrong = set()
    for rule, hits in found.items():
        near = {c.subject_id for c in truth.cases if c.rule_id == rule and c.kind == "near_miss"}
        others = hits - truth.planted(rule)
        if (
            truth.planted(rule) - hits
            or near & hits
            or len(others) > allowed(rule, populations.get(rule, 0))
        ):
            wrong.add(rule)
    return wrong


def _changed(history: History, **changes: object) -> History:
    """The history with some of it another."""
    other = copy(history)
    for name, value in changes.items():
        setattr(other, name, value)
    return other


def _answered(oracle: Oracle, rows: list[Record]) -> Oracle:
    """The oracle with other jurisdictions."""
    other = copy(oracle)
    other.feeds = {**oracle.feeds, "jurisdictions": rows}
    return other


def closed_count_too(oracle: Oracle, history: History) -> Hits:
    """Forgets that hits are cleared."""
    return patterns.judge(oracle, _changed(history, open=set(history.found)))


def hits_for_units(oracle: Oracle, history: History) -> Hits:
    """Counts hits where units are to be counted."""
    each = {key: (f"{place}", "") for place, key in enumerate(history.units)}
    bodies = patterns.regulators(oracle)
    rows = [
        {
            "platform": "finance",
            "agency_code": f"{place}",
            "regulator_body_code": bodies.get(("finance", finance))
            or bodies.get(("treasury", treasury)),
            "valid_from": "2025-01-01",
            "valid_to": None,
        }
        for place, (finance, treasury) in enumerate(history.units.values())
    ]
    return patterns.judge(_answered(oracle, rows), _changed(history, units=each))


def any_regulator(oracle: Oracle, history: History) -> Hits:
    """Adds up the units of all regulators."""
    rows = [{**row, "regulator_body_code": "RG05"} for row in oracle.feeds["jurisdictions"]]
    return patterns.judge(_answered(oracle, rows), history)


def last_found_only(oracle: Oracle, history: History) -> Hits:
    """Knows no hit but those that are open: what was reversed has none."""
    return patterns.judge(
        oracle, _changed(history, found={k: history.found[k] for k in history.open})
    )


def each_rule_once(oracle: Oracle, history: History) -> Hits:
    """Counts a rule once in a unit."""
    kept: dict[tuple[str, tuple[str, str]], Key] = {}
    for key in history.open:
        kept[key[0], history.units[key]] = key
    return patterns.judge(oracle, _changed(history, open=set(kept.values())))


CARELESS: list[tuple[Callable[[Oracle, History], Hits], set[str]]] = [
    (closed_count_too, {"LOOP-001", "SCF-008"}),
    (hits_for_units, {"LOOP-001"}),
    (any_regulator, {"LOOP-001"}),
    (last_found_only, {"LOOP-004"}),
    (each_rule_once, {"SCF-008"}),
]


def test_nothing_is_wrong_with_care() -> None:
    assert _wrong(patterns.judge(*_known())) == set()


@pytest.mark.parametrize(
    ("judge", "rules"), CARELESS, ids=lambda each: getattr(each, "__name__", "")
)
def test_forgetting_a_clause_shows(
    judge: Callable[[Oracle, History], Hits], rules: set[str]
) -> None:
    assert _wrong(judge(*_known())) >= rules


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("SYSTEMIC_UNITS", 4, "LOOP-001"),
        ("SYSTEMIC_UNITS", 6, "LOOP-001"),
        ("SYSTEMIC_DAYS", 1, "LOOP-001"),
        ("REVERSED_DAYS", 2, "LOOP-004"),
        ("SCORE", 29, "SCF-008"),
        ("SCORE", 31, "SCF-008"),
        ("SCORED_RULES", 2, "SCF-008"),
        ("SCORED_RULES", 4, "SCF-008"),
        ("SCORED_FAMILIES", ("SCF", "INV", "VOU"), "SCF-008"),
        ("WEIGHTS", dict.fromkeys(patterns.WEIGHTS, 5), "SCF-008"),
    ],
)
def test_another_threshold_shows(
    name: str, value: object, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "SCORED_FAMILIES":
        monkeypatch.setattr(patterns, "WEIGHTS", {**patterns.WEIGHTS, "VOU-002": 5})
    monkeypatch.setattr(patterns, name, value)
    found = patterns.judge(*_known())
    monkeypatch.undo()
    assert rule in _wrong(found)


@pytest.mark.parametrize(
    "is_after",
    [
        lambda pushed, reversal: pushed <= reversal,
        lambda pushed, reversal: pushed != reversal,
    ],
    ids=["on the day too", "before it too"],
)
def test_a_reversal_that_is_not_after_the_push_shows(is_after: Callable[[str, str], bool]) -> None:
    assert _wrong({"LOOP-004": patterns.reversed_after(*_known(), is_after=is_after)})


@pytest.mark.parametrize(
    "is_after",
    [lambda happened, claimed: happened >= claimed, lambda happened, claimed: True],
    ids=["on the day too", "before it too"],
)
def test_a_hit_that_is_not_after_the_claim_shows(is_after: Callable[[str, str], bool]) -> None:
    assert _wrong({"LOOP-003": patterns.claimed_closed(*_known(), is_after=is_after)})


def test_a_problem_of_another_class_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    oracle, history = copy(_known()[0]), _known()[1]
    monkeypatch.setattr(patterns, "CLASSES", dict.fromkeys(patterns.CLASSES, "any"))
    oracle.feeds = {
        **oracle.feeds,
        "rectifications": [
            {**each, "problem_class": "any"} for each in oracle.feeds["rectifications"]
        ],
    }
    assert _wrong({"LOOP-003": patterns.claimed_closed(oracle, history)})
