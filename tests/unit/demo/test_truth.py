"""The truth of the demo district is the truth: an independent oracle finds it, and nothing else."""

import pytest

from demo_worlds import judged
from huiyan.demo.district import Options
from huiyan.demo.truth import RULES


@pytest.mark.parametrize(
    "options",
    [
        Options(accounts=220),
        Options(accounts=220, seed=7),
        Options(accounts=160, seed=11, months=7, entries=60_000),
        Options(accounts=220, seed=3, daily_days=1),
        Options(accounts=180, seed=5, months=12, daily_days=1, last_day="2025-12-31"),
        Options(),
    ],
    ids=["small", "another seed", "busier", "one daily day", "a year", "default"],
)
def test_oracle_finds_the_planted_and_nothing_else(options: Options) -> None:
    world, hits = judged(options)
    truth = world.truth
    assert set(hits) == set(RULES)
    for rule, found in hits.items():
        planted = truth.planted(rule)
        assert planted, f"{rule}: nothing planted"
        assert found - planted == set(), f"{rule}: ordinary life fires"
        assert planted - found == set(), f"{rule}: planted but not a hit"
        near = {c.subject_id for c in truth.cases if c.rule_id == rule and c.kind == "near_miss"}
        assert near, f"{rule}: no near miss"


def test_figures_of_the_paper() -> None:
    world, _ = judged(Options(accounts=220))
    truth = world.truth
    assert len(truth.planted("REC-001")) == 29
    assert len(truth.planted("REC-002")) == 23
    assert len(truth.planted("BOOK-001")) == 12
