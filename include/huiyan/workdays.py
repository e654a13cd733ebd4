"""Working days on the official calendar: weekends, holidays off, and swapped working days."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from huiyan import kept_tables
from huiyan.settings import REPOSITORY

CALENDAR = REPOSITORY / "dbt_project" / "seeds" / "official_calendar.csv"


@lru_cache(maxsize=1)
def _exceptions() -> dict[date, bool]:
    """Days that differ from Monday-to-Friday; True where the day is worked."""
    _, rows = kept_tables.read(CALENDAR)
    return {date.fromisoformat(row.cells["date"]): row.cells["kind"] == "workday" for row in rows}


def is_workday(day: date) -> bool:
    """Whether `day` is worked; days the calendar does not name follow Monday to Friday."""
    return _exceptions().get(day, day.weekday() < 5)


def next_workday(day: date) -> date:
    """The first working day after `day`."""
    day += timedelta(days=1)
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def previous_workday(day: date) -> date:
    """The last working day before `day`."""
    day -= timedelta(days=1)
    while not is_workday(day):
        day -= timedelta(days=1)
    return day


def add_workdays(day: date, count: int) -> date:
    """The `count`-th working day after `day` (count ≥ 0; 0 gives `day` itself)."""
    if count < 0:
        raise ValueError(f"count must not be negative: {count}")
    for _ in range(count):
        day = next_workday(day)
    return day


def workdays_before(day: date, count: int) -> date:
    """The latest day from which `day` is at least `count` working days later (count ≥ 0).

    It is the inverse of `add_workdays`: add_workdays(first, count) <= day holds for every `first`
    up to it and for none after it.
    """
    if count < 0:
        raise ValueError(f"count must not be negative: {count}")
    first = day
    while add_workdays(first, count) > day:
        first -= timedelta(days=1)
    return first


def workdays_between(first: date, last: date) -> Iterator[date]:
    """Working days from `first` to `last`, both included."""
    day = first
    while day <= last:
        if is_workday(day):
            yield day
        day += timedelta(days=1)
