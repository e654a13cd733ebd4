"""Forms as people send them back: the answers are found wherever they were written."""

import io
import zipfile
from collections.abc import Callable, Sequence

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from extract_samples import extract, row
from huiyan.delivery.workbook import ALERTS_SHEET, RETURN_SHEET, workbook_bytes
from huiyan.errors import FeedError
from huiyan.feeds.cells import Record
from huiyan.feeds.contract import load_contract
from huiyan.feeds.form_reader import (
    COLUMN_TWICE,
    HEADING_NOT_PLAIN,
    LACKS_COLUMNS,
    LINES_OF_A_SHEET,
    TABLE_ABOVE,
    place_of,
)
from huiyan.feeds.readers import OpenFile

ALL = extract(row(alert_id="a1"), row(alert_id="a2"))
HEADINGS: list[str | None] = ["预警编号", "核实结论", "情况说明", "反馈码"]


def sent() -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(ALL)))


def fill_in(sheet: Worksheet, row: int, text: str, heading_row: int = 1) -> None:
    headings = [cell.value for cell in sheet[heading_row]]
    sheet.cell(row, headings.index("情况说明") + 1).value = text


def records(book: Workbook) -> tuple[tuple[str, ...], list[Record]]:
    out = io.BytesIO()
    book.save(out)
    source = OpenFile(load_contract("returns"), "a.xlsx", lambda: io.BytesIO(out.getvalue()), None)
    lines = list(source.rows(plain=False))
    return source.layout.names, [line for line in lines if isinstance(line, Record)]


def read(book: Workbook) -> list[tuple[int, str, str]]:
    """Line, alert and note of every line of the form."""
    names, lines = records(book)
    alert, note = names.index("alert_id"), names.index("note")
    return [(line.line_no, line.cells[alert], line.cells[note]) for line in lines]


def of(*sheets: Sequence[Sequence[str | None]]) -> Workbook:
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for rows in sheets:
        sheet = book.create_sheet()
        for cells in rows:
            sheet.append(cells)
    return book


def notes(book: Workbook) -> list[str]:
    return [note for _, _, note in read(book) if note]


def test_a_title_over_the_headings_hides_no_answer() -> None:
    book = sent()
    sheet = book[RETURN_SHEET]
    sheet.insert_rows(1)
    sheet["A1"] = "青禾镇核实反馈表"
    fill_in(sheet, 3, "已核实", heading_row=2)
    lines = read(book)
    assert lines[0][0::2] == (3, "已核实")
    assert all(alert for _, alert, _ in lines)
    # The same where nothing but the form was kept.
    del book[ALERTS_SHEET]
    assert read(book) == lines


def test_of_a_filled_copy_and_the_original_left_empty_the_copy_is_read() -> None:
    book = sent()
    copy = book.copy_worksheet(book[RETURN_SHEET])
    copy.title = f"{RETURN_SHEET} (2)"
    fill_in(copy, 2, "填在副本上")
    lines = read(book)
    assert [line for line, _, note in lines if note] == [2]
    assert len(lines) == book[RETURN_SHEET].max_row - 1


def test_two_filled_sheets_are_both_read_each_under_its_own_headings() -> None:
    first: list[list[str | None]] = [HEADINGS, ["a", "属实", "一", "x"], ["b", None, None, "y"]]
    moved = [["备注", "反馈码", "情况说明", "预警编号"], ["看", "x", "二", "a"]]
    own = [["单位", "情况说明"], ["镇政府", "随手记"]]
    lines = read(of(own, first, moved))
    assert lines == [(2, "a", "一"), (3, "b", ""), (3 * LINES_OF_A_SHEET + 2, "a", "二")]
    assert [place_of(line) for line, _, _ in lines] == [(0, 2), (0, 3), (3, 2)]


def test_a_remark_beyond_the_headings_takes_nothing_from_the_answer() -> None:
    first = [[*HEADINGS, "处理措施"], ["a", "属实", "一", "x", None]]
    second = [["预警编号", "情况说明"], ["a", "=1+1", "已整改", "=2+2"]]
    names, (one, other) = records(of(first, second))
    assert names[-1] == "column_6"
    assert one.cells == ["a", "属实", "一", "x", "", ""]
    assert other.cells == ["a", "", "=1+1", "", "", "已整改 =2+2"]
    assert other.problems == (("formula", 2),)


def test_an_answer_sorted_above_the_headings_is_an_answer() -> None:
    above, below = ["a", "属实", "上", "x"], ["b", "属实", "下", "y"]
    assert notes(of([["某镇反馈表"], above, HEADINGS, below])) == ["上", "下"]


def test_without_any_answer_the_form_is_read_and_not_the_list() -> None:
    book = sent()
    assert len(read(book)) == book[RETURN_SHEET].max_row - 1


def _without_headings(book: Workbook) -> None:
    for name in book.sheetnames:
        if name != RETURN_SHEET:
            del book[name]
    book[RETURN_SHEET].delete_rows(1)


def _without_numbers(book: Workbook) -> None:
    sheet = book[RETURN_SHEET]
    fill_in(sheet, 2, "已核实")
    sheet.delete_cols([cell.value for cell in sheet[1]].index("预警编号") + 1)


def _with_a_column_twice(book: Workbook) -> None:
    sheet = book[RETURN_SHEET]
    fill_in(sheet, 2, "已核实")
    sheet.cell(1, sheet.max_column + 1).value = "情况说明"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_without_headings, "none of the headings"),
        (_without_numbers, r"missing required columns alert_id \(预警编号\)"),
        (_with_a_column_twice, "both mean note"),
    ],
)
def test_headings_that_cannot_be_read_are_named(
    spoil: Callable[[Workbook], None], said: str
) -> None:
    book = sent()
    spoil(book)
    with pytest.raises(FeedError, match=said):
        read(book)


def test_headings_far_down_a_copied_sheet_are_found() -> None:
    book = sent()
    copy = book.copy_worksheet(book[RETURN_SHEET])
    copy.insert_rows(1, 30)
    for place in range(1, 31):
        copy.cell(place, 1).value = f"会议记录第 {place} 条"
    fill_in(copy, 32, "填在下面", heading_row=31)
    assert notes(book) == ["填在下面"]
    assert [line for line, _, note in read(book) if note] == [32]


def test_the_list_of_what_is_over_below_the_notes_is_no_form() -> None:
    over = [["预警编号", "疑点问题", "原因"], ["z", "接待无公函", "疑点已消除"]]
    notes_sheet = [*[[f"第 {number} 条说明"] for number in range(20)], *over]
    form: list[list[str | None]] = [HEADINGS, ["a", "属实", "一", "x"]]
    assert read(of(form, notes_sheet)) == [(2, "a", "一")]


def test_a_table_of_somebodys_own_far_down_takes_nothing_from_the_form() -> None:
    form = [HEADINGS, *[[f"a{number}", None, None, "x"] for number in range(12)]]
    assert len(read(of([*form, ["单位", "情况说明"], ["镇政府", "随手记"]]))) == 14


@pytest.mark.parametrize("lines", [1, 12])
def test_a_table_of_somebodys_own_above_the_form_does_not_hide_it(lines: int) -> None:
    own = [["预警编号", "情况说明"], *[[f"b{number}", "台账"] for number in range(lines)]]
    form: list[list[str | None]] = [HEADINGS, ["a", "属实", "一", "x"]]
    names, (other, answer) = records(of([*own, *form]))
    assert (answer.line_no, answer.cells[names.index("note")]) == (lines + 3, "一")
    assert (other.line_no, other.cells) == (1, own[0])
    assert [problem.code for problem in other.problems] == [TABLE_ABOVE]


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        (["预警编号", "情况说明", "情况说明"], COLUMN_TWICE),
        (
            ["单位", "办理进展", "核实结论", "原因", "处理措施", "情况说明"],
            LACKS_COLUMNS,
        ),
        (["预警编号", "情况说明", "=1+1"], HEADING_NOT_PLAIN),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_sheet_of_somebodys_own_costs_no_answer(
    heading: list[str | None], code: str, is_first: bool
) -> None:
    own: list[list[str | None]] = [heading, ["a", "台账", "台账"]]
    form: list[list[str | None]] = [HEADINGS, ["a", "属实", "一", "x"]]
    sheets = [own, form] if is_first else [form, own]
    names, (answer, other) = records(of(*sheets))
    assert (answer.line_no, answer.cells[names.index("note")]) == (2, "一")
    assert place_of(other.line_no) == (1 if is_first else 2, 1)
    assert other.cells == heading
    assert [problem.code for problem in other.problems] == [code]


def test_an_empty_workbook_has_no_headings() -> None:
    with pytest.raises(FeedError, match="none of the headings"):
        read(of([]))


def test_a_form_of_very_many_sheets_is_none() -> None:
    with pytest.raises(FeedError, match="over 200 sheets"):
        read(of(*[[HEADINGS, ["a", "属实", None, None]]] * 201))


def test_rows_numbered_out_of_order_are_no_sheet() -> None:
    out = io.BytesIO()
    of([HEADINGS, ["a", "属实", "一", "x"], ["b", "属实", "二", "y"]]).save(out)
    spoilt = io.BytesIO()
    with zipfile.ZipFile(out) as before, zipfile.ZipFile(spoilt, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b'<row r="3"', b'<row r="2"'))
    with pytest.raises(FeedError, match="row 2 comes after row 2"):
        OpenFile(load_contract("returns"), "a.xlsx", lambda: spoilt, None)
