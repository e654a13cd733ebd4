"""Days as ordinals: fast to compare and add, with cached text and working-day look-ups."""

from datetime import date
from functools import cache

from huiyan.workdays import is_workday


@cache
def iso(day: int) -> str:
    """`YYYY-MM-DD` of an ordinal."""
    return date.fromordinal(day).isoformat()


@cache
def workday(day: int) -> int:
    """`day` itself if it is worked, else the next working day."""
    while not is_workday(date.fromordinal(day)):
        day += 1
    return day


@cache
def workday_until(day: int) -> int:
    """`day` itself if it is worked, else the working day before."""
    while not is_workday(date.fromordinal(day)):
        day -= 1
    return day


@cache
def year_month(day: int) -> tuple[int, int]:
    """Year and month of an ordinal."""
    as_date = date.fromordinal(day)
    return as_date.year, as_date.month


def ordinal(text: str) -> int:
    """Ordinal of `YYYY-MM-DD`."""
    return date.fromisoformat(text).toordinal()


def months_ending(last: int, count: int) -> list[tuple[int, int]]:
    """First and last ordinals of the `count` months that end with the month of `last`.

    The last month ends on `last`.
    """
    year, month = year_month(last)
    spans: list[tuple[int, int]] = []
    end = last
    for _ in range(count):
        first = date(year, month, 1).toordinal()
        spans.append((first, end))
        end = first - 1
        year, month = year_month(end)
    return spans[::-1]
