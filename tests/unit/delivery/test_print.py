"""What is printed of a workbook can be read, and the answers begin on a page of their own."""

import io
import json
import re
from dataclasses import dataclass, replace

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from extract_samples import CONCLUDED, DAY, GONE, JOINT, RETURNED, extract, row
from huiyan.delivery.extract import CaseMember
from huiyan.delivery.render import render

SMALLEST = 8.0
A4_WIDTH_INCHES = 297 / 25.4
PIXELS_PER_INCH = 96
# A digit of ten points: seven pixels in the form's own font, so many in the widest one that an
# office program without that font takes in its place.
PIXELS_PER_DIGIT = 8.5

CASES = tuple(
    CaseMember(
        alert_id=row().alert_id,
        hit_id=f"h{number}",
        rule_name="附件缺失",
        unit_name="青禾镇人民政府",
        subject_type="voucher",
        subject_id="AF002/2025/09/记0001",
        occurred_on=DAY,
        amount=None,
        detected_on=DAY,
        evidence=json.dumps({"uploaded_count": number}),
        total=2,
    )
    for number in range(2)
)
FULL = replace(
    extract(row(concluded=CONCLUDED), row(alert_id="a2"), gone=(GONE,)),
    returned=(RETURNED,),
    cases=CASES,
    joint=(JOINT,),
)


@dataclass(frozen=True)
class Pages:
    """How a sheet is cut into pages across, as an office program does it that fits them."""

    points: float
    firsts: tuple[int, ...]


def pages(sheet: Worksheet) -> Pages:
    area = re.fullmatch(r".*!\$([A-Z]+)\$\d+:\$([A-Z]+)\$\d+", str(sheet.print_area or ""))
    last = column_index_from_string(area[2]) if area else sheet.max_column
    width = {
        number: each.width * PIXELS_PER_DIGIT
        for each in sheet.column_dimensions.values()
        for number in range(each.min, each.max + 1)
    }
    repeated: list[int] = []
    if sheet.print_title_cols:
        first, until = re.findall(r"[A-Z]+", sheet.print_title_cols)
        repeated = [*range(column_index_from_string(first), column_index_from_string(until) + 1)]
    across = sheet.page_setup.fitToWidth or 1
    margins = sheet.page_margins
    paper = (A4_WIDTH_INCHES - margins.left - margins.right) * PIXELS_PER_INCH
    for hundredths in range(10_000, 0, -1):
        room = paper / (hundredths / 10_000)
        firsts, taken = [1], 0.0
        for number in range(1, last + 1):
            if taken + width[number] > room and taken:
                firsts.append(number)
                taken = sum(width[each] for each in repeated if each < number)
            taken += width[number]
        if len(firsts) <= across and taken <= room:
            break
    return Pages(10 * hundredths / 10_000, tuple(firsts))


def sheets(name: str) -> dict[str, Worksheet]:
    book = openpyxl.load_workbook(io.BytesIO(render(FULL, version=1)[name]))
    return {sheet.title: sheet for sheet in book}


@pytest.mark.parametrize("name", ["alerts.xlsx", "returned.xlsx"])
def test_every_sheet_is_printed_large_enough_to_fill_in_and_sign(name: str) -> None:
    for title, sheet in sheets(name).items():
        assert sheet["A2"].font.sz >= 10, title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, title
        assert pages(sheet).points >= SMALLEST, title


@pytest.mark.parametrize(
    ("name", "title", "begins", "repeated"),
    [
        ("alerts.xlsx", "预警清单", "核查要点", ["序号", "疑点问题", "对象"]),
        ("alerts.xlsx", "核实反馈", "办理进展", ["序号", "疑点问题", "对象"]),
        ("returned.xlsx", "退回更正", "办理进展", ["序号", "行号", "退回原因"]),
    ],
)
def test_the_second_page_begins_where_one_writes_and_says_of_what(
    name: str, title: str, begins: str, repeated: list[str]
) -> None:
    sheet = sheets(name)[title]
    headings = [cell.value for cell in sheet[1]]
    place = headings.index(begins)
    assert pages(sheet).firsts == (1, place + 1)
    # For programs in which somebody has set a scale instead.
    assert [mark.id for mark in sheet.col_breaks.brk] == [place]
    assert headings[: len(repeated)] == repeated
    assert sheet.print_title_cols == f"$A:${get_column_letter(len(repeated))}"
    # The two halves of a line come out of the printer one after the other.
    assert sheet.page_setup.pageOrder == "overThenDown"


def test_who_types_an_answer_sees_what_it_is_about() -> None:
    book = sheets("alerts.xlsx")
    for title in ("预警清单", "核实反馈"):
        sheet = book[title]
        assert sheet.freeze_panes == "D2"
        assert [cell.value for cell in sheet[1]][:3] == ["序号", "疑点问题", "对象"]
    headings = [cell.value for cell in book["核实反馈"][1]]
    assert headings.index("预警编号") > headings.index("办理期限")
    assert headings.index("反馈情况") == headings.index("办理进展") - 1


def test_the_number_of_an_alert_stays_on_one_line() -> None:
    book = {**sheets("alerts.xlsx"), **sheets("returned.xlsx")}
    for title in ("预警清单", "核实反馈", "退回更正", "说明"):
        (cell,) = (each for line in book[title] for each in line if each.value == "预警编号")
        assert book[title].column_dimensions[cell.column_letter].width >= 19, title


def test_a_line_is_as_high_as_the_numbers_that_begin_a_new_one_make_it() -> None:
    numbers = json.dumps({"invoices": [f"-{number:08d}" for number in range(10)]})
    long = extract(row(evidence=numbers, tier_reasons=()))
    book = openpyxl.load_workbook(io.BytesIO(render(long, version=1)["alerts.xlsx"]))
    # The label on a line of its own, and three lines of numbers, which no program parts.
    assert book["预警清单"].row_dimensions[2].height >= 4 * 15
