"""Whether a table fits a terminal."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from huiyan.terminal import fits


@pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "wrapped"])
def test_what_fits_is_printed_with_nothing_cut(is_whole: bool) -> None:
    table = Table(box=None)
    for heading in ("预警编号", "规则", "办理期限"):
        table.add_column(heading, no_wrap=is_whole)
    cells = ("a548babc87d2", "REC-001 接待没有公函", "2025-09-30")
    table.add_row(*cells)
    fitted = set()
    for width in range(20, 80):
        console = Console(file=io.StringIO(), width=width)
        if fits(table, console):
            fitted.add(width)
            console.print(table)
            printed = console.file.getvalue()  # type: ignore[attr-defined]
            assert "…" not in printed
            assert cells[0] in printed and cells[2] in printed
    assert fitted and fitted == set(range(min(fitted), 80))
