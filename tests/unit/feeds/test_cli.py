"""`huiyan feeds`: what it prints and writes."""

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from huiyan.feeds import cli
from huiyan.feeds.contract import load_contracts

HEADER = "ID,VendorID,Vendor,AccountCode,AccountDescription,DocNo,Amount,Date\n"
ROW = "7,,ACCOR SERVICES,,Postage,,1222.01,2008-04-01\n"


def printed(*arguments: str) -> str:
    # A console knows its width from the moment its module is imported.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "console", Console(width=200))
        result = CliRunner().invoke(cli.app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_lists_every_feed() -> None:
    for output in (printed("list"), printed("show")):
        assert all(feed in output for feed in load_contracts())


@pytest.mark.parametrize("feed", sorted(load_contracts()))
def test_shows_every_column(feed: str) -> None:
    output = printed("show", feed)
    assert all(column.name in output for column in load_contracts()[feed].columns)


def test_maps_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYAN_HOME", str(tmp_path / "home"))
    source = tmp_path / "gla.csv"
    source.write_text(HEADER + ROW, encoding="utf-8")
    assert "gla_spending" in printed("mappings")
    output = printed("map", "gla_spending", str(source), "--out", str(tmp_path / "landing"))
    assert "1 rows read = 1 written + 0 refused" in output
    folder = tmp_path / "landing" / "treasury_payments" / "2008-04-30"
    assert sorted(path.name for path in folder.iterdir()) == ["gla.csv", "manifest.json"]


@pytest.mark.parametrize("missing", ["--by", "--reason"])
def test_a_day_is_decided_again_only_by_somebody_for_a_reason(missing: str) -> None:
    order = ["recheck", "leases", "2025-09-30", "--by", "x", "--reason", "y"]
    at = order.index(missing)
    result = CliRunner().invoke(cli.app, order[:at] + order[at + 2 :])
    assert result.exit_code == 2
