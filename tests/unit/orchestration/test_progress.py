"""What a step is and how long it took is told wherever the output goes."""

import io
import re

import pytest
from rich.console import Console

from huiyan.orchestration.progress import Progress


def test_a_log_is_told_when_a_step_begins_and_how_long_it_took() -> None:
    log = io.StringIO()
    with Progress(Console(file=log, width=80)).step("checking [2] feeds") as part:
        assert log.getvalue() == "checking [2] feeds ...\n"
        for number in range(1000):
            part(f"[/]feed {number}")
    assert re.fullmatch(
        r"checking \[2\] feeds \.\.\.\nchecking \[2\] feeds: \d+\.\d s\n", log.getvalue()
    )


def test_a_terminal_shows_the_part_and_keeps_the_time() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    with Progress(console).step("checking") as part:
        part("feed [7]")
    shown = screen.getvalue()
    assert "checking: feed [7]" in shown
    assert "checking ..." not in shown
    assert re.search(r"checking: \d+\.\d s\n$", shown)


def test_of_a_step_that_fails_no_time_is_told() -> None:
    log = io.StringIO()
    with pytest.raises(ValueError, match="no"), Progress(Console(file=log)).step("checking"):
        raise ValueError("no")
    assert log.getvalue() == "checking ...\n"
