"""CSV: the fast way and the careful way give the same rows, and both what was written."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyan.errors import FeedError
from huiyan.feeds import csv_reader
from huiyan.feeds.cells import Parsed, PlainLines
from huiyan.feeds.csv_reader import CsvReader

CELLS = st.text(
    st.sampled_from('ab,"\r\n 　１中（文\ufeff\0|;') | st.characters(exclude_categories=["Cs"]),
    max_size=6,
)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(CELLS, min_size=width, max_size=width).filter(
            lambda cells: any(cell.strip() for cell in cells)
        ),
        max_size=12,
    )
)
DIALECTS = st.sampled_from(
    [(csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_ALL, "\n"), (csv.QUOTE_MINIMAL, "\r\n")]
)


def written(table: list[list[str]], quoting: int, end: str, width: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow([f"c{number}" for number in range(width)])
    writer.writerows(table)
    return out.getvalue()


def read(content: bytes, *, plain: bool, encoding: str = "utf-8") -> list[tuple[int, list[str]]]:
    rows: list[tuple[int, list[str]]] = []
    for item in CsvReader(io.BytesIO(content), encoding, "a.csv").stretches(plain=plain):
        if isinstance(item, PlainLines):
            rows += [
                (number, line.decode().split(","))
                for number, line in enumerate(item.lines, start=item.first_line_no)
            ]
        elif isinstance(item, Parsed):
            assert [
                next(csv.reader([line.decode()])) for line in item.lines if b"\n" not in line
            ] == [row for row, line in zip(item.rows, item.lines, strict=True) if b"\n" not in line]
            rows += zip(item.line_nos, item.rows, strict=True)
        else:
            assert not item.problems
            rows.append((item.line_no, item.cells))
    return rows


@settings(max_examples=200, deadline=None)
@given(TABLES, DIALECTS, st.booleans(), st.sampled_from([16, 64, 262_144]))
def test_round_trip(
    table: list[list[str]], dialect: tuple[int, str], plain: bool, block: int
) -> None:
    text = written(table, *dialect, width=len(table[0]) if table else 2)
    before = csv_reader.BLOCK_BYTES
    csv_reader.BLOCK_BYTES = block
    try:
        rows = read(text.encode(), plain=plain)
    finally:
        csv_reader.BLOCK_BYTES = before
    assert [cells for _, cells in rows] == table


@settings(max_examples=100, deadline=None)
@given(TABLES, st.sampled_from([16, 262_144]))
def test_line_numbers_are_physical(table: list[list[str]], block: int) -> None:
    text = written(table, csv.QUOTE_ALL, "\n", width=len(table[0]) if table else 2)
    expected = []
    line = 2
    for cells in table:
        expected.append(line)
        line += 1 + sum(cell.count("\n") for cell in cells)
    before = csv_reader.BLOCK_BYTES
    csv_reader.BLOCK_BYTES = block
    try:
        assert [number for number, _ in read(text.encode(), plain=True)] == expected
    finally:
        csv_reader.BLOCK_BYTES = before


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_gb18030_and_last_line_without_end(plain: bool, end: str) -> None:
    text = end.join(["单位,名称", "甲,乙", '丙,"丁,戊"'])
    rows = read(text.encode("gb18030"), plain=plain, encoding="gb18030")
    assert rows == [(2, ["甲", "乙"]), (3, ["丙", "丁,戊"])]


def test_blank_lines_are_no_rows_but_count_as_lines() -> None:
    assert read(b"a,b\n\n1,2\n  \n\n3,4\n\n", plain=True) == [(3, ["1", "2"]), (6, ["3", "4"])]


@pytest.mark.parametrize(
    ("line", "is_plain"),
    [
        ("1,2", True), ("1,（2）", True), ("1,a b", True), ("1,“x”", True), ("1,２", True),
        (" 1,2", False), ("1, 2", False), ("1 ,2", False), ("1,2 ", False), ("1,2\t", False),
        ("1,\u3000", False), ("1,\u00a0x", False), ("1,\u2003x", False), ("1,\ufeffx", False),
        ("1,\u0085", False), ("1,\u1680", False), ("1", False), ('1,"2"', False),
    ],
)  # fmt: skip
def test_only_lines_without_anything_to_trim_come_plain(line: str, is_plain: bool) -> None:
    content = f"a,b\n{line}\n".encode()
    [item] = CsvReader(io.BytesIO(content), "utf-8", "a.csv").stretches(plain=True)
    assert isinstance(item, PlainLines) == is_plain


def test_every_blank_of_the_trimming_is_looked_for() -> None:
    blanks = [chr(code) for code in range(0x10000) if chr(code).isspace()]
    assert len(blanks) > 20
    for blank in blanks:
        line = f"1,{blank}2".encode()
        if blank != "\n":
            assert not csv_reader._is_plain(line), hex(ord(blank))


def test_a_malformed_row_in_a_block_comes_alone_and_in_its_place() -> None:
    content = b'a,b\n1,"2"\n3,"4"x\n\n5,"6\n7"\n8,"9"\n'
    found = list(CsvReader(io.BytesIO(content), "utf-8", "a.csv").rows())
    assert [(row.line_no, row.cells, len(row.problems)) for row in found] == [
        (2, ["1", "2"], 0),
        (3, ['3,"4"x'], 1),
        (5, ["5", "6\n7"], 0),
        (7, ["8", "9"], 0),
    ]


def test_carriage_returns_alone_end_no_line() -> None:
    with pytest.raises(FeedError, match="header"):
        read(b"a,b\r1,2\r", plain=True)
