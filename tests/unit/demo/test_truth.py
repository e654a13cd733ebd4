"""The truth of the demo district is the truth: an independent oracle finds it, and nothing else."""

import pytest

from demo_worlds import lived
from huiyan.demo.allowance import ALLOWED, allowed
from huiyan.demo.district import Options
from huiyan.demo.truth import RULES

# No body of the district answers, so nothing is closed that could come back.
UNANSWERED = {"LOOP-002"}


@pytest.mark.parametrize(
    "options",
    [
        Options(accounts=220),
        Options(accounts=220, seed=7, daily_days=5),
        Options(accounts=160, seed=11, months=7, entries=60_000),
        Options(accounts=220, seed=12, daily_days=1),
        Options(accounts=180, seed=5, months=12, daily_days=1, last_day="2025-12-31"),
        Options(),
    ],
    ids=["small", "another seed", "busier", "one daily day", "a year", "default"],
)
def test_oracle_finds_the_planted_and_nothing_else(options: Options) -> None:
    life = lived(options)
    truth = life.world.truth
    hits = life.judge(options.last) | life.judge_patterns(*options.business_days)
    populations = life.populations(*options.business_days)
    assert set(hits) == set(RULES) - UNANSWERED
    assert set(ALLOWED) == set(populations)
    for rule, found in hits.items():
        planted = truth.planted(rule)
        assert planted, f"{rule}: nothing planted"
        others = found - planted
        assert len(others) <= allowed(rule, populations.get(rule, 0)), (
            f"{rule}: ordinary life fires: {sorted(others)[:20]} of {populations.get(rule)}"
        )
        assert planted - found == set(), f"{rule}: planted but not a hit"
        near = {c.subject_id for c in truth.cases if c.rule_id == rule and c.kind == "near_miss"}
        assert near, f"{rule}: no near miss"
        assert found & near == set(), f"{rule}: a near miss is a hit"


def test_figures_of_the_paper() -> None:
    truth = lived(Options(accounts=220)).world.truth
    assert len(truth.planted("REC-001")) == 29
    assert len(truth.planted("REC-002")) == 23
    assert len(truth.planted("BOOK-001")) == 12


def test_some_hits_come_and_go() -> None:
    """Near misses that were hits on an earlier business date, as their note says."""
    options = Options(accounts=220)
    life = lived(options)
    seen: dict[str, set[str]] = {}
    for place, day in enumerate(options.business_days[:-1]):
        patterns = life.judge_patterns(*options.business_days[: place + 1])
        for rule, found in (life.judge(day) | patterns).items():
            seen.setdefault(rule, set()).update(found)
    passing = [case for case in life.world.truth.cases if "先有疑点" in case.note]
    assert {case.rule_id for case in passing} >= {
        "VOU-001",
        "ATT-001",
        "ATT-002",
        "REC-001",
        "CARD-001",
        "BOOK-002",
        "SCF-001",
        "SCF-002",
        "SCF-003",
        "SCF-005",
        "SCF-006",
        "SCF-007",
        "STAT-002",
        "STAT-003",
        "SCF-008",
        "LOOP-001",
    }
    for case in passing:
        assert case.kind == "near_miss"
        assert case.subject_id in seen[case.rule_id], case
