"""Whether two databases found the same hits."""

from datetime import date
from decimal import Decimal
from typing import Any

from huiyan.bench.compare import compare_rows


def _hit(subject: str = "V1", amount: str = "1000.00", evidence: str | None = "{}") -> tuple:
    return (
        "ATT-001", subject, "voucher", "F1", "001", "T1", date(2025, 9, 1), Decimal(amount),
        None, None, evidence,
    )  # fmt: skip


def _population(count: int) -> tuple[Any, ...]:
    return ("ATT-001", "", "voucher", None, None, None, None, None, None, count, None)


def test_the_same_in_another_order_and_other_writing() -> None:
    ours = [_hit("V1", evidence='{"amount": 100.00, "at": "2025-09-01T10:00:00"}'), _hit("V2")]
    theirs = [_hit("V2"), _hit("V1", evidence='{"at":"2025-09-01 10:00:00","amount":100}')]

    found = compare_rows([*ours, _population(9)], [_population(9), *theirs])

    assert found.differences == []
    assert found.hits == {"ATT-001": 2}


def test_a_rule_without_hits_counts_as_zero() -> None:
    assert compare_rows([_population(3)], [_population(3)]).hits == {"ATT-001": 0}


def test_every_kind_of_difference_is_named() -> None:
    same = _hit("V0")
    cases = {
        "missing there": ([same, _hit("V1")], [same]),
        "missing here": ([same], [same, _hit("V1")]),
        "another amount": ([_hit("V1", "1000.00")], [_hit("V1", "1000.01")]),
        "another evidence": ([_hit("V1", evidence='{"n": 1}')], [_hit("V1", evidence='{"n": 2}')]),
        "no evidence": ([_hit("V1")], [_hit("V1", evidence=None)]),
        "twice": ([_hit("V1"), _hit("V1")], [_hit("V1")]),
    }
    for case, (ours, theirs) in cases.items():
        found = compare_rows(ours, theirs)
        assert [each.subject_id for each in found.differences] == ["V1"], case

    assert [
        each.subject_id for each in compare_rows([_population(3)], [_population(4)]).differences
    ] == [""]
