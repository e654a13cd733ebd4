"""The page and the files that are kept."""

import csv
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from huiyan.backtest import keep, page
from huiyan.backtest.result import Result


def test_bars_are_as_long_as_their_counts() -> None:
    drawn = ElementTree.fromstring(page.bars("a & b", [("甲<乙>", 4, 2), ("丙", 0, 1)]))
    space = "{http://www.w3.org/2000/svg}"
    widths = [int(bar.attrib["width"]) for bar in drawn.iter(f"{space}rect")]
    full = page.WIDTH - page.LABELS - page.COUNTS
    assert widths == [full, full // 2, 0, full // 4]
    assert [text.text for text in drawn.iter(f"{space}text")] == [
        "甲<乙>", "4", "2", "丙", "0", "1",
    ]  # fmt: skip


def test_the_page_is_the_same_each_time_and_loads_nothing(result: Result) -> None:
    text = page.render(result)
    assert text == page.render(result)
    assert text.count("<svg") == 3
    assert "Backtest of REC-001 接待无公函" in text
    assert "<script" not in text
    assert text.count("http") == text.count("http://www.w3.org/2000/svg")


def test_nothing_found_is_a_page_too(result: Result) -> None:
    empty = replace(result, overlaps=(), verdicts=())
    assert page.render(empty).count("<p>None.</p>") == 2


def test_files_replace_those_of_the_same_name(result: Result, tmp_path: Path) -> None:
    folder = keep.write(result, tmp_path)
    (folder / "left over").touch()
    assert keep.write(result, tmp_path) == folder
    assert folder == tmp_path / "REC-001" / "2025-08-29_2025-09-02_ALL.attachment_grace_days=5"
    assert sorted(path.name for path in folder.iterdir()) == [keep.PAGE, keep.HITS]
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]
    with (folder / keep.HITS).open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["change"], row["subject_id"]) for row in rows] == [
        ("same", "a"),
        ("new", "'=b"),
        ("same", "c"),
        ("gone", "d"),
    ]
    assert rows[0]["amount"] == "12.50"


def test_a_broken_off_write_leaves_the_former_files(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = keep.write(result, tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def broken(_: Result) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(keep, "hits", broken)
    with pytest.raises(KeyboardInterrupt):
        keep.write(result, tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
