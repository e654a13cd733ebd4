"""Spells follow a rule from date to date as the ledger does."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from huiyan.backtest.spells import Spell, clipped, gather
from huiyan.lake.history import Hit, Judged

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2025, 9, day) for day in (1, 2, 3, 4))


def hit(subject_id: str, amount: int = 1) -> Hit:
    return Hit("voucher", subject_id, None, None, None, None, Decimal(amount), "yellow", "{}")


def judged(day: date, subjects: str, status: str = "hit") -> Judged:
    def read(wanted: Sequence[str]) -> list[Hit]:
        return [hit(subject, day.day) for subject in wanted]

    is_evaluated = status != "not_evaluated"
    count = len(subjects) if is_evaluated else None
    return Judged(day, is_evaluated, status, count, count, frozenset(subjects), read)


def test_hits_come_go_and_come_back() -> None:
    found = gather(
        [
            judged(MONDAY, "ab"),
            judged(TUESDAY, "b"),
            judged(WEDNESDAY, "xyz", "not_evaluated"),
            judged(THURSDAY, "a"),
        ]
    )
    assert found.spells == (
        Spell(hit("a", 1), MONDAY, TUESDAY),
        Spell(hit("b", 1), MONDAY, THURSDAY),
        Spell(hit("a", 4), THURSDAY, None),
    )
    assert [(day.status, day.new_hits, day.cleared_hits) for day in found.days] == [
        ("hit", 2, 0),
        ("hit", 0, 1),
        ("not_evaluated", 0, 0),
        ("hit", 1, 1),
    ]
    subject = found.subjects()["a"]
    assert (subject.first_detected_on, subject.cleared_on) == (MONDAY, None)
    assert subject.hit.amount == 4


def test_who_looks_from_tuesday_to_wednesday_sees_that_much() -> None:
    spells = [
        Spell(hit("before"), MONDAY, TUESDAY),
        Spell(hit("across"), MONDAY, THURSDAY),
        Spell(hit("within"), TUESDAY, WEDNESDAY),
        Spell(hit("after"), THURSDAY, None),
    ]
    assert clipped(spells, TUESDAY, WEDNESDAY) == (
        Spell(hit("across"), TUESDAY, None),
        Spell(hit("within"), TUESDAY, WEDNESDAY),
    )
