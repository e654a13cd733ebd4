"""A backtest made by hand: three vouchers found, three live, one of each changed."""

from datetime import date
from decimal import Decimal

import pytest

from huiyan.backtest.live import Overlap, Unit, Verdict
from huiyan.backtest.parameters import Threshold
from huiyan.backtest.result import Result
from huiyan.backtest.spells import Day, Findings, Spell
from huiyan.backtest.volume import Volume
from huiyan.lake.history import Hit
from huiyan.rules.catalogue import load_rule

AUGUST, FIRST, LAST = date(2025, 8, 29), date(2025, 9, 1), date(2025, 9, 2)


def hit(subject_id: str, unit_id: str | None = "F1", evidence: str = "{}") -> Hit:
    return Hit(
        "voucher", subject_id, unit_id, "1", None, AUGUST, Decimal("12.50"), "yellow", evidence
    )


def days(*statuses: str) -> tuple[Day, ...]:
    dates = (AUGUST, FIRST, LAST)
    return tuple(Day(day, status, 9, 2, 0, 0) for day, status in zip(dates, statuses, strict=True))


@pytest.fixture
def result() -> Result:
    return Result(
        rule=load_rule("REC-001"),
        days=(AUGUST, FIRST, LAST),
        thresholds=(
            Threshold(
                "ALL.attachment_grace_days",
                ("ALL", "attachment_grace_days"),
                (Decimal(3),),
                Decimal(5),
            ),
        ),
        found=Findings(
            days("hit", "not_evaluated", "hit"),
            (
                Spell(hit("a"), AUGUST, LAST),
                Spell(hit("=b", "F2", '{"summary":"<b>"}'), FIRST, None),
                Spell(hit("c", None), LAST, None),
            ),
        ),
        live=Findings(
            (),
            (
                Spell(hit("a"), AUGUST, LAST),
                Spell(hit("c", None), FIRST, None),
                Spell(hit("d"), LAST, None),
            ),
        ),
        recorded_days=3,
        units={"F1": Unit("甲局", None), "F2": Unit("乙<镇>", "青禾镇")},
        overlaps=(Overlap("REC-002", "接待无清单", 2, 1),),
        verdicts=(Verdict("open", 1, 2),),
        volume=Volume({("财政局", "RG01"): (2, 0)}, {"yellow": 1, "orange": 2, "red": 0}, 1),
        live_volume=Volume(
            {("财政局", "RG01"): (1, 0), ("纪委", "TC01"): (0, 3)},
            {"yellow": 3, "orange": 0, "red": 0},
            0,
        ),
    )
