"""The statistical rules: one that forgets a clause is wrong in the demo district."""

from typing import Any

import pytest

import demo_oracle_statistics
from demo_oracle import Oracle, Voucher
from demo_worlds import lived
from huiyan.demo.allowance import allowed
from huiyan.demo.district import Options

OPTIONS = Options(accounts=220)


def _judge(oracle: type[Oracle] = Oracle) -> dict[str, set[str]]:
    return demo_oracle_statistics.judge(lived(OPTIONS).oracle(OPTIONS.last, oracle))


class ReversedAreLive(Oracle):
    """Forgets reversals."""

    def _vouchers(self) -> dict[str, Voucher]:
        found = super()._vouchers()
        for voucher in found.values():
            voucher.is_live = True
        return found


class EveryPaymentIsLive(Oracle):
    """Forgets returned and void payments."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.payments = self.feeds["treasury_payments"]


class AnyYear(Oracle):
    """Adds up the years."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.payments = [{**each, "st_year": 2025} for each in self.payments]


def _wrong(found: dict[str, set[str]]) -> set[str]:
    """Rules that miss a planted case, hit a near miss, or find more others than is stated."""
    life = lived(OPTIONS)
    truth, populations = life.world.truth, life.populations(OPTIONS.last)
    wrong = set()
    for rule in found:
        population = populations[rule]
        near = {c.subject_id for c in truth.cases if c.rule_id == rule and c.kind == "near_miss"}
        others = found[rule] - truth.planted(rule)
        if (
            truth.planted(rule) - found[rule]
            or near & found[rule]
            or len(others) > allowed(rule, population)
        ):
            wrong.add(rule)
    return wrong


def test_nothing_is_wrong_with_care() -> None:
    assert _wrong(_judge()) == set()


@pytest.mark.parametrize(
    ("oracle", "rules"),
    [
        (ReversedAreLive, {"STAT-001", "STAT-002"}),
        (EveryPaymentIsLive, {"STAT-003"}),
        (AnyYear, {"STAT-003"}),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_forgetting_a_clause_shows(oracle: type[Oracle], rules: set[str]) -> None:
    assert _wrong(_judge(oracle)) >= rules


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("BENFORD_AMOUNTS", 499, "STAT-001"),
        ("BENFORD_AMOUNTS", 501, "STAT-001"),
        ("BENFORD_DEVIATION", 0.0, "STAT-001"),
        ("BENFORD_DEVIATION", 0.022, "STAT-001"),
        ("FENCE", 2, "STAT-002"),
        ("FENCE", 4, "STAT-002"),
        ("PEERS", 7, "STAT-002"),
        ("PEERS", 9, "STAT-002"),
        ("PAYEE_PERCENT", 59, "STAT-003"),
        ("PAYEE_PERCENT", 61, "STAT-003"),
        ("PAYEE_MONEY", 49_999_99, "STAT-003"),
        ("PAYEE_MONEY", 50_000_01, "STAT-003"),
        ("PAYEE_PAYMENTS", 5, "STAT-003"),
        ("PAYEE_PAYMENTS", 7, "STAT-003"),
        ("LONE_CODES", (), "STAT-003"),
    ],
)
def test_another_threshold_shows(
    name: str, value: object, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_oracle_statistics, name, value)
    found = _judge()
    monkeypatch.undo()
    assert rule in _wrong(found)
