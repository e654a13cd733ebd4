"""The dates of a year, and when a rule is worth what was planted."""

from datetime import date
from itertools import pairwise

import pytest

from huiyan.demo.year import RuleWorth, YearOptions
from huiyan.workdays import is_workday


def test_the_dates_end_with_the_demos_own_and_are_worked() -> None:
    options = YearOptions(months=6, every=10)
    days = options.business_days
    assert days[-4:] == options.district.business_days
    assert all(is_workday(date.fromordinal(day)) for day in days)
    assert all(before < after for before, after in pairwise(days))
    assert all(after - before > 10 for before, after in pairwise(days[:-4]))
    with pytest.raises(ValueError, match="every"):
        YearOptions(every=0)


@pytest.mark.parametrize(
    ("verdicts", "right", "expected", "is_near"),
    [
        (1, 0, 0.96, True),
        (4, 0, 0.96, False),
        (40, 36, 0.96, True),
        (40, 20, 0.96, False),
        (100, 20, 0.22, True),
        (100, 50, 0.22, False),
    ],
)
def test_few_verdicts_may_lie_further_off(
    verdicts: int, right: int, expected: float, is_near: bool
) -> None:
    assert RuleWorth("REC-001", verdicts, right, expected, False).is_near is is_near
