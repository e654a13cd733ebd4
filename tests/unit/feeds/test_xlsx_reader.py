"""XLSX: every cell as the exact text its sender sees."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from huiyan.errors import FeedError
from huiyan.feeds.cells import MOST_COLUMNS, Problem, Record
from huiyan.feeds.xlsx_reader import XlsxBook, XlsxReader

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book_of(rows: Sequence[Sequence[Any]], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    book.create_sheet("second").append(["never", "read"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def records_of(content: bytes, date_only: frozenset[int] = frozenset()) -> list[Record]:
    reader = XlsxReader(io.BytesIO(content), "a.xlsx")
    reader.date_only = date_only
    return list(reader.rows())


def with_sheet(sheet_data: str, content: bytes | None = None) -> bytes:
    """A workbook whose first sheet holds exactly `sheet_data`."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content or book_of([["a", "b"]]))) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            data = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = (
                    f'<worksheet xmlns="{NAMESPACE}"><sheetData>{sheet_data}</sheetData>'
                    "</worksheet>"
                ).encode()
            after.writestr(name, data)
    return out.getvalue()


HEADER = (
    '<row r="1"><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
)


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        ("甲", None, "甲"),
        (" 甲 ", None, " 甲 "),
        (7, None, "7"),
        (1234.1, None, "1234.1"),
        (0.1 + 0.2, None, "0.3"),
        (-1234567890.12, None, "-1234567890.12"),
        (1e-7, None, "0.0000001"),
        (123456789012345, None, "123456789012345"),
        (1234.5, "#,##0.00", "1234.5"),
        (1234.5, '"￥"#,##0.00_);[Red]\\(#,##0.00\\)', "1234.5"),
        (42, "000000", "000042"),
        (date(2025, 11, 21), None, "2025-11-21"),
        (date(1900, 1, 1), None, "1900-01-01"),
        (date(1900, 3, 1), None, "1900-03-01"),
        (date(2199, 12, 31), None, "2199-12-31"),
        (datetime(2025, 11, 21, 12, 30, 5), None, "2025-11-21 12:30:05"),
        (datetime(2025, 11, 21, 23, 59, 59), "yyyy年m月d日 hh:mm", "2025-11-21 23:59:59"),
        (date(2025, 11, 21), 'yyyy"年"m"月"d"日"', "2025-11-21"),
        (True, None, "1"),
        ("=", None, "="),
    ],
)
def test_cells_as_text(value: Any, number_format: str | None, text: str) -> None:
    content = book_of([["a"], [value]], {"A2": number_format} if number_format else None)
    assert records_of(content) == [Record(2, [text], ())]


def test_midnight_in_a_date_column_is_the_date() -> None:
    content = book_of([["a", "b"], [datetime(2025, 1, 2), datetime(2025, 1, 2)]])
    assert records_of(content, frozenset({0}))[0].cells == ["2025-01-02", "2025-01-02 00:00:00"]


def test_float_noise_written_in_full_is_read_as_shown() -> None:
    content = with_sheet(HEADER + '<row r="2"><c r="A2"><v>1234.0999999999999</v></c></row>')
    assert records_of(content)[0].cells == ["1234.1", ""]


@pytest.mark.parametrize(
    ("cell", "text", "problem"),
    [
        ("<f>1+1</f><v>2</v>", "=1+1", "formula"),
        ('<f t="shared" si="0"/><v>2</v>', "=", "formula"),
        ("<v>6222021234567890123</v>", "6222021234567890123", "number_over_15_digits"),
    ],
)
def test_cells_that_are_not_trusted(cell: str, text: str, problem: str) -> None:
    content = with_sheet(f'{HEADER}<row r="2"><c r="B2">{cell}</c></row>')
    assert records_of(content) == [Record(2, ["", text], (Problem(problem, 1),))]


def test_error_cell() -> None:
    content = with_sheet(f'{HEADER}<row r="2"><c r="A2" t="e"><v>#N/A</v></c></row>')
    assert records_of(content)[0].problems == (Problem("error_cell", 0),)


def test_gaps_blank_rows_and_missing_references() -> None:
    content = with_sheet(
        HEADER
        + '<row r="3"><c r="B3"><v>1</v></c></row>'
        + '<row r="4"><c r="A4" s="0"/></row>'
        + "<row><c><v>2</v></c><c><v>3</v></c></row>"
        + '<row r="9"><c r="D9"><v>4</v></c></row>'
    )
    assert records_of(content) == [
        Record(3, ["", "1"]),
        Record(5, ["2", "3"]),
        Record(9, ["", "", "4"]),
    ]


def test_a_cell_at_the_far_end_makes_no_row_as_long_as_the_sheet_is_wide() -> None:
    row = "".join(f'<c r="{column}3"><v>{column == "A"}</v></c>' for column in ("A", "XFC", "XFD"))
    content = with_sheet(f'{HEADER}<row r="3">{row}</row>')
    rows = XlsxBook(io.BytesIO(content), "a.xlsx").records(1)
    assert max(len(record.cells) for record in rows) == MOST_COLUMNS + 1
    assert records_of(content) == [Record(3, ["True", "", "False False"])]


def test_rich_text_without_its_phonetic_guide() -> None:
    cell = (
        '<c r="A2" t="inlineStr"><is><r><t>云</t></r><r><t>溪_x000D_</t></r>'
        "<rPh><t>yun</t></rPh></is></c>"
    )
    assert records_of(with_sheet(f'{HEADER}<row r="2">{cell}</row>'))[0].cells[0] == "云溪\r"


def test_1904_dates() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"date_1904": True, "in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write_datetime(
        1, 0, datetime(2025, 11, 21), book.add_format({"num_format": "yyyy-mm-dd"})
    )
    book.close()
    assert records_of(out.getvalue())[0].cells == ["2025-11-21"]


@pytest.mark.parametrize(
    "sheet_data",
    [
        "",
        HEADER + '<row r="2"><c r="A2" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1"><f>1</f></c></row>',
        HEADER + f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"x" * 1_100_000}</t></is></c></row>',
        HEADER + f'<row r="2"><c r="A2" x="{"x" * 1_300_000}"/></row>',
        HEADER + '<row r="2"><c r="ZZZ2"><v>1</v></c></row>',
    ],
)
def test_sheets_that_cannot_be_read(sheet_data: str) -> None:
    with pytest.raises(FeedError, match=r"a\.xlsx"):
        records_of(with_sheet(sheet_data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99, None])
def test_archives_that_are_none(method: int | None) -> None:
    """Parts said to be packed as they are not, and parts said to begin before the file."""
    content = bytearray(book_of([["a"], ["1"]]))
    if method is None:
        content[-6:-2] = (len(content) * 2).to_bytes(4, "little")
    else:
        # In the entry before each part and in the table of contents.
        for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            for part in range(len(content)):
                if content[part : part + 4] == mark:
                    content[part + at : part + at + 2] = method.to_bytes(2, "little")
    with pytest.raises(FeedError, match=r"a\.xlsx"):
        records_of(bytes(content))


def shared_texts() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, text in enumerate(["单位代码", "F001", "F001", " 云溪 "]):
        sheet.write_string(number, 0, text)
    sheet.write_rich_string(4, 0, "云", book.add_format({"bold": True}), "溪")
    book.close()
    return out.getvalue()


def test_shared_texts() -> None:
    assert [record.cells for record in records_of(shared_texts())] == [
        ["F001"], ["F001"], [" 云溪 "], ["云溪"],
    ]  # fmt: skip


def test_too_large_table_of_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiyan.feeds.xlsx_reader.MAX_SHARED_TEXT_BYTES", 10)
    with pytest.raises(FeedError, match="table of texts"):
        records_of(shared_texts())


def test_sheets_that_are_one_and_the_same_are_refused() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book_of([["a", "b"]]))) as before,
        zipfile.ZipFile(out, "w") as after,
    ):
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b"sheet2.xml", b"sheet1.xml"))
    with pytest.raises(FeedError, match="several of its worksheets are one and the same"):
        records_of(out.getvalue())
