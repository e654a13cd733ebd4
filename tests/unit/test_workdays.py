"""Working days follow the official calendar, swapped days included."""

import csv
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyan.workdays import (
    CALENDAR,
    add_workdays,
    is_workday,
    next_workday,
    previous_workday,
    workdays_before,
    workdays_between,
)

DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 9, 28), True),  # a Sunday worked for National Day
        (date(2025, 10, 11), True),  # a Saturday worked for National Day
        (date(2025, 10, 8), False),  # a Wednesday off
        (date(2025, 11, 22), False),  # an ordinary Saturday
        (date(2025, 11, 24), True),
    ],
)
def test_swapped_days(day: date, worked: bool) -> None:
    assert is_workday(day) is worked


def test_agrees_with_an_independent_calendar() -> None:
    day = date(2010, 1, 1)
    different = []
    while day <= date(2026, 12, 31):
        if chinese_calendar.is_workday(day) != is_workday(day):
            different.append(day)
        day += timedelta(days=1)
    assert different == []


def test_every_day_is_named_once() -> None:
    with CALENDAR.open(encoding="utf-8", newline="") as handle:
        days = [row["date"] for row in csv.DictReader(handle)]
    assert len(days) == len(set(days))


@given(DAYS, st.integers(0, 40))
def test_adding_working_days_counts_only_them(day: date, count: int) -> None:
    due = add_workdays(day, count)
    assert len(list(workdays_between(day + timedelta(days=1), due))) == count
    assert count == 0 or is_workday(due)


@given(DAYS)
def test_next_and_previous_are_inverse_on_working_days(day: date) -> None:
    assert previous_workday(next_workday(day)) <= day
    if is_workday(day):
        assert previous_workday(next_workday(day)) == day


@given(DAYS, st.integers(0, 15))
def test_the_latest_day_that_many_working_days_before(day: date, count: int) -> None:
    first = workdays_before(day, count)
    assert add_workdays(first, count) <= day
    assert add_workdays(first + timedelta(days=1), count) > day


def test_a_negative_count_is_refused() -> None:
    for counting in (add_workdays, workdays_before):
        with pytest.raises(ValueError, match="negative"):
            counting(date(2025, 1, 1), -1)
