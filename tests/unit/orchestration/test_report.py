"""What senders write is shown as they wrote it, never read as markup."""

import io
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from huiyan.orchestration.run import DONE, INCOMPLETE, DayRun, _report
from huiyan.orchestration.status import DayStatus

LANDING = Path("/x/[landing]")


def test_a_file_name_that_looks_like_markup_is_printed_as_it_is() -> None:
    shown = Console(file=io.StringIO(), width=200)
    failure = "x[/red].csv: column [bold]amt[/bold] is missing"
    _report(DayRun(date(2025, 9, 1), LANDING, failures=[failure]), shown)
    assert isinstance(shown.file, io.StringIO)
    assert failure in shown.file.getvalue()


@pytest.mark.parametrize(
    ("collected", "said"),
    [
        (
            {"missing": 1, "unchanged": 14, "landed": 2},
            "feeds: 2 in a new version, 14 unchanged, 1 with nothing in the landing zone; judged",
        ),
        ({"missing": 16}, "no feed has a delivery in /x/[landing]/<feed>/2025-09-01/; judged"),
        ({}, "no feed has a delivery in /x/[landing]/<feed>/2025-09-01/; judged"),
    ],
)
def test_it_says_what_was_taken(collected: dict[str, int], said: str) -> None:
    shown = Console(file=io.StringIO(), width=80)
    _report(DayRun(date(2025, 9, 1), LANDING, collected), shown)
    assert isinstance(shown.file, io.StringIO)
    assert f"2025-09-01: {said} nothing; extracts: none." in shown.file.getvalue()


def test_a_thousand_failures_alike_do_not_push_the_rest_off_the_screen() -> None:
    shown = Console(file=io.StringIO(), width=200)
    failures = [f"alerts.deliver: body {number}: no space" for number in range(1000)]
    _report(DayRun(date(2025, 9, 1), LANDING, failures=failures), shown)
    assert isinstance(shown.file, io.StringIO)
    lines = shown.file.getvalue().splitlines()
    assert len(lines) < 30
    assert "failed and 980 tasks more" in lines


def test_an_extract_that_was_given_up_is_named_and_the_day_is_not_whole() -> None:
    shown = Console(file=io.StringIO(), width=200)
    said = "The extract of 2025-09-01 for TC[01] was given up: no such mailbox."
    status = DayStatus(date(2025, 9, 1), "evaluated", None, [], [("delivery_dead", "TC", said)])
    day = DayRun(date(2025, 9, 1), LANDING, status=status)
    assert day.exit_code == INCOMPLETE
    _report(day, shown)
    assert isinstance(shown.file, io.StringIO)
    assert f"not delivered {said}" in shown.file.getvalue()


def test_a_brief_that_failed_is_named_and_the_day_is_whole_all_the_same() -> None:
    shown = Console(file=io.StringIO(), width=200)
    status = DayStatus(date(2025, 9, 1), "evaluated", None)
    day = DayRun(date(2025, 9, 1), LANDING, warnings=["alerts.brief: no [route]"], status=status)
    day.briefs.append("/x/2025-08-29.html")
    assert day.exit_code == DONE
    _report(day, shown)
    assert isinstance(shown.file, io.StringIO)
    assert "warning alerts.brief: no [route]" in shown.file.getvalue()
    assert "Operations brief: /x/2025-08-29.html" in shown.file.getvalue()
