"""`alerts.xlsx`: what an accountant or a discipline officer opens in WPS, Excel or LibreOffice.

Three sheets: 预警清单 (what to do), 核实反馈 (the form to send back), 说明 (how to read it, what
need not be dealt with any more); before the last one 案件明细, if an alert gathers several hits,
and 联合监督, if the body has a part in joint cases. Beside it, `returned.xlsx`: what the body sent
back and was not taken, with the reason, as a form that can be corrected and sent again. Everything
is written as typed cells, never as formulas; the file carries the business date as its creation
date, so the same extract gives the same bytes.
"""

import io
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import cast

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from huiyan.alerts import words
from huiyan.alerts.evidence import readable
from huiyan.alerts.subject import gathered_type, readable_subject
from huiyan.delivery.case_sheet import (
    CASE_COLUMNS,
    CASES_SHEET,
    NOT_PRINTED,
    PRINTED_LINES,
    CaseLine,
    left_out,
)
from huiyan.delivery.case_sheet import PRINTED_COLUMNS as CASE_PRINTED
from huiyan.delivery.extract import CaseMember, Extract, ExtractRow, GoneRow
from huiyan.delivery.joint_sheet import (
    JOINT_COLUMNS,
    JOINT_SHEET,
    JointLine,
    conclusion_of_others,
    suggestion,
)
from huiyan.delivery.joint_sheet import PRINTED_COLUMNS as JOINT_PRINTED
from huiyan.delivery.neutralise import neutralised
from huiyan.delivery.notes import notes
from huiyan.delivery.sheets import ALERTS_SHEET, NOTES_SHEET, RETURN_SHEET, RETURNED_SHEET
from huiyan.delivery.task import PLACE, is_reported_closed, needed, task, told
from huiyan.feeds.form_reader import place_of

TASK_HEADING = f"待办\n（在“{RETURN_SHEET}”表填写）"
WHERE_TO_ANSWER = (
    f"本表供查看。办理结果填在“{RETURN_SHEET}”表的绿色栏目，保存后把整个文件按原渠道退回。"
)
SEND_BACK = "填写绿色栏目，保存后把整个文件按原渠道退回。"

CELL_LIMIT = 32_000
A4 = 9
LINE_HEIGHT = 15.0
MAX_HEIGHT = 400.0
SECTION_HEIGHT = 24.0
BASE_FONT: dict[str, object] = {"font_name": "微软雅黑", "font_size": 10}
# Dark, middle and light: the tiers differ in grey print too, and the label says it in words.
TIER_COLOURS: dict[str, dict[str, object]] = {
    "red": {"bg_color": "#C00000", "font_color": "#FFFFFF", "bold": True},
    "orange": {"bg_color": "#F4B183", "font_color": "#000000", "bold": True},
    "yellow": {"bg_color": "#FFF2CC", "font_color": "#000000"},
}

# Not to sort: locked columns would part from the answers beside them.
PERMITTED = {"autofilter": True, "format_columns": True, "format_rows": True}
UNBROKEN = re.compile(r"[!-~]+(?:、[!-~]+)*|.")
EARLIEST_DATE = date(2000, 1, 1)

Value = str | int | Decimal | date | None


@dataclass(frozen=True)
class Line:
    """An alert as a line of a sheet.

    Attributes:
        number: 序号 of the alert, the same on every sheet, so that printed sheets share a key.
        rows: of the alert, in every role in which the body has it.
        gathered: how many findings its case gathers by now; None of an alert that gathers none.
    """

    row: ExtractRow
    number: int
    rows: tuple[ExtractRow, ...]
    gathered: int | None = None

    @property
    def roles(self) -> str:
        """Every role in which the body has the alert."""
        return "、".join(words.ROLE[row.role] for row in self.rows)

    @property
    def tasks(self) -> str:
        """What the alert waits for, in every role."""
        return "\n".join(dict.fromkeys(words.TASK[task(row)] for row in self.rows))

    @property
    def place(self) -> int:
        """Where it stands among the alerts of the form, what waits for the reader first."""
        return min(PLACE[task(row)] for row in self.rows)


@dataclass(frozen=True)
class Column:
    """A column of a sheet: heading, width in characters, cell style and where the value is."""

    heading: str
    width: float
    style: str
    value: Callable[[Line], Value]


def _subject(line: Line) -> str:
    return readable_subject(line.row.subject_type, line.row.subject_id, line.row.evidence)


def _standing(line: Line) -> str:
    marks = [words.MARK[mark] for mark in line.row.marks]
    if line.row.is_new and "sampled" not in line.row.marks:
        marks.insert(0, "新增")
    if line.row.concluded:
        marks.append("已有结论")
    return "\n".join(marks) or "未结"


def _evidence(line: Line) -> str:
    raised = "；".join(line.row.tier_reasons)
    said = (
        *line.row.notices,
        f"改由本单位办理（{line.row.rerouted}）。" if line.row.rerouted else "",
        f"升级原因：{raised}" if raised else "",
        conclusion_of_others(line.row),
        _since_then(line),
        readable(line.row.evidence, gathered_type(line.row.subject_type, line.row.subject_id)),
    )
    return "\n".join(part for part in said if part)


def _since_then(line: Line) -> str:
    """That a case has moved on: its evidence and amount stay those of the day it was found."""
    if line.gathered is None or line.row.opened_on is None:
        return ""
    return (
        f"以下数字和“金额”是 {line.row.opened_on} 发现时的；到本表日期没有消除的共 {line.gathered} "
        f"条，逐条列在“{CASES_SHEET}”。"
    )


def _state(line: Line) -> str:
    if is_reported_closed(line.row):
        return "已报办结"
    return words.STATE.get(line.row.state, "办理中")


def _standard(line: Line) -> str:
    return "\n".join(filter(None, (line.row.close_out_standard, needed(line.row))))


# What an alert is about: stays in sight on the screen, and is repeated on the second page in print.
ABOUT = (
    Column("序号", 5, "centre", lambda line: line.number),
    Column("疑点问题", 12, "text", lambda line: line.row.rule_name),
    Column("对象", 19, "text", _subject),
)

# Their widths, and those of the columns of the form, are such that both pages of the print are
# about equally wide: programs that fit pages heed no page break and fill the first as they can.
ALERT_COLUMNS = (
    *ABOUT,
    Column("标记", 8, "wrapped", _standing),
    Column("等级", 5, "tier", lambda line: words.TIER[line.row.tier]),
    Column("职责", 5, "centre", lambda line: words.ROLE[line.row.role]),
    Column(TASK_HEADING, 9, "wrapped", lambda line: words.TASK[task(line.row)]),
    Column("单位", 13, "text", lambda line: line.row.unit_name),
    Column("金额（元）", 12, "money", lambda line: line.row.amount),
    Column("办理期限", 11, "date", lambda line: line.row.due_on),
    Column("疑点依据", 44, "text", _evidence),
    Column("核查要点", 28, "text", lambda line: line.row.what_to_check),
    Column("办结标准", 28, "text", _standard),
    Column("政策依据", 21, "text", lambda line: line.row.legal_basis),
    Column("判定规则", 22, "text", lambda line: line.row.description),
    Column("发生日期", 11, "date", lambda line: line.row.occurred_on),
    Column("状态", 10, "centre", _state),
    Column("财务平台单位代码", 13, "code", lambda line: line.row.finance_agency_code),
    Column("国库平台单位代码", 13, "code", lambda line: line.row.treasury_agency_code),
    Column("规则编号", 11, "code", lambda line: line.row.rule_id),
    Column("预警编号", 19, "code", lambda line: line.row.alert_id),
    Column("对象编号", 30, "code", lambda line: line.row.subject_id),
)
# What is printed, and how much of it on the first page; the rest is for the screen.
PRINTED_COLUMNS = 16
FIRST_PAGE = 11

KEY_COLUMNS = (
    *ABOUT,
    Column("等级", 5, "tier", lambda line: words.TIER[line.row.tier]),
    Column("职责", 5, "wrapped", lambda line: line.roles),
    Column("待办", 7, "wrapped", lambda line: line.tasks),
    Column("单位", 13, "text", lambda line: line.row.unit_name),
    Column("金额（元）", 12, "money", lambda line: line.row.amount),
    Column("办理期限", 11, "date", lambda line: line.row.due_on),
    Column("预警编号", 19, "code", lambda line: line.row.alert_id),
    Column("反馈情况", 34, "text", lambda line: told(line.rows) or None),
)


@dataclass(frozen=True)
class Answer:
    """A column that the body fills in; at most one of choices, `is_date`, `is_money` is set.

    Attributes:
        name: column of the feed `returns`.
    """

    name: str
    heading: str
    width: float
    hint: str
    choices: tuple[str, ...] = ()
    is_date: bool = False
    is_money: bool = False


ANSWER_COLUMNS = (
    Answer(
        "progress", "办理进展", 8, "请从下拉列表中选择。", choices=tuple(words.PROGRESS.values())
    ),
    Answer(
        "verdict", "核实结论", 8, "请从下拉列表中选择。", choices=tuple(words.VERDICTS.values())
    ),
    Answer("reason", "原因", 14, "请从下拉列表中选择。", choices=tuple(words.REASONS.values())),
    Answer("action", "处理措施", 9, "请从下拉列表中选择。", choices=tuple(words.ACTIONS.values())),
    Answer("amount_recovered", "退缴金额（元）", 10, "没有退缴的留空，只填数字。", is_money=True),
    Answer("note", "情况说明", 22, "写明核实经过和结果，附件另附。"),
    Answer("evidence_reference", "佐证材料", 14, "写明材料名称或文号，“后补”不算。"),
    Answer("verified_by", "核实人", 8, "填写姓名。"),
    Answer("verified_on", "核实日期", 11, "格式如 2025-11-28。", is_date=True),
)

CONCLUDED = Column("已有结论", 28, "text", lambda line: suggestion(line.row) or None)
# What proves whose a line is, at its far end: sorting half of the columns takes them apart.
PROOF_HEADINGS = (("接收单位代码", 13), ("推送日期", 11), ("反馈码", 21))
# Which line it is, and why it comes back: in front, and again beside the answers in print.
RETURNED_FIRST = (("序号", 5), ("行号", 6), ("退回原因", 30))
RETURNED_KEYS = (
    ("rule_shown", "疑点问题", 16),
    ("unit_shown", "单位", 18),
    ("subject_shown", "对象", 33),
)
FROM_FILE = ("原文件", 16)
RETURNED_HEADINGS = tuple(heading for heading, _ in (*RETURNED_FIRST, FROM_FILE))
FURTHER = "请先更正列出的各行，并核对整份表格是否填错、串行或重复后再退。"
RETURNED_PROOF = ("body_code", "extract_on", "return_code")


class _Styles:
    """Formats of one workbook, made once each."""

    def __init__(self, book: Workbook) -> None:
        base: dict[str, object] = {**BASE_FONT, "valign": "top"}
        cell: dict[str, object] = {**base, "border": 1, "border_color": "#BFBFBF"}
        self.title = book.add_format({**base, "font_size": 15, "bold": True})
        self.section = book.add_format(
            {**base, "font_size": 11, "bold": True, "top": 1, "valign": "vcenter"}
        )
        self.plain = book.add_format({**base, "text_wrap": True})
        self.heading = book.add_format(
            {
                **cell,
                "bold": True,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
                "bg_color": "#D9E2F3",
            }
        )
        self.answer_heading = book.add_format(
            {
                **cell,
                "bold": True,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
                "bg_color": "#E2EFDA",
            }
        )
        self._cells: dict[str, Format] = {
            "text": book.add_format({**cell, "text_wrap": True}),
            "code": book.add_format({**cell, "text_wrap": True, "num_format": "@"}),
            "centre": book.add_format({**cell, "align": "center"}),
            "wrapped": book.add_format({**cell, "align": "center", "text_wrap": True}),
            "date": book.add_format({**cell, "align": "center", "num_format": "yyyy-mm-dd"}),
            "money": book.add_format({**cell, "num_format": "#,##0.00"}),
        }
        for tier, colours in TIER_COLOURS.items():
            self._cells[tier] = book.add_format({**cell, "align": "center", **colours})
        free = {**cell, "locked": False}
        self.answers: dict[str, Format] = {
            "text": book.add_format({**free, "text_wrap": True, "num_format": "@"}),
            "as_sent": book.add_format(
                {**free, "text_wrap": True, "num_format": "@", "quote_prefix": True}
            ),
            "date": book.add_format({**free, "align": "center", "num_format": "yyyy-mm-dd"}),
            "money": book.add_format({**free, "num_format": "#,##0.00"}),
        }

    def cell(self, column: Column, line: Line) -> Format:
        return self._cells[line.row.tier if column.style == "tier" else column.style]

    def named(self, style: str) -> Format:
        return self._cells[style]


def _wide(text: str) -> float:
    """How wide `text` is, in digits: Chinese characters are two wide."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1.1 for sign in text)


def _lines(text: str, width: float) -> int:
    """Lines that `text` takes in a column of `width`; numbers in a row begin a new one if they do
    not fit, as in the office program that keeps most together."""
    count, room = 0, width - 1
    for line in text.split("\n"):
        taken, count = 0.0, count + 1
        for part in UNBROKEN.findall(line):
            wide = _wide(part)
            if taken + wide > room:
                more = math.ceil(wide / room)
                count += more if taken else more - 1
                taken = wide - (more - 1) * room
            else:
                taken += wide
    return count


def _height(cells: Iterable[tuple[Value, float]]) -> float:
    """Height in points of a row: office programs do not fit the rows of a new file."""
    lines = max((_lines(text, width) for text, width in cells if isinstance(text, str)), default=1)
    return min(MAX_HEIGHT, LINE_HEIGHT * lines + 4)


def _write(sheet: Worksheet, line: int, place: int, value: Value, style: Format) -> None:
    if value is None:
        sheet.write_blank(line, place, None, style)
    elif isinstance(value, Decimal | int):
        sheet.write_number(line, place, float(value), style)
    elif isinstance(value, date):
        # The date system of a workbook begins in 1900; anything earlier can only be text.
        if value.year < 1900:
            sheet.write_string(line, place, value.isoformat(), style)
        else:
            sheet.write_datetime(line, place, datetime.combine(value, time()), style)
    else:
        text = neutralised(value)
        if len(text) > CELL_LIMIT:
            text = text[:CELL_LIMIT] + "……（内容过长，已截断）"
        sheet.write_string(line, place, text, style)


def _write_as_sent(
    sheet: Worksheet, line: int, place: int, text: str | None, styles: _Styles
) -> None:
    """What a body wrote, to the letter: sent back untouched, it is refused for the same reason.

    The cell is text and says so: no office program takes it for a formula, not even when somebody
    types in it.
    """
    if text is None or neutralised(text) == text:
        _write(sheet, line, place, text, styles.answers["text"])
    else:
        sheet.write_string(line, place, text[:CELL_LIMIT], styles.answers["as_sent"])


def _print_set_up(sheet: Worksheet, extract: Extract, name: str, note: str = "") -> None:
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    safe = extract.body_name.replace("&", "&&")
    sheet.set_header(f"&L{safe}&C{name}&R{extract.business_date.isoformat()}")
    sheet.set_footer((f"&L{note}" if note else "") + "&R第 &P 页，共 &N 页")


def _print_on_two_pages(sheet: Worksheet, first_page: int, repeated: int) -> None:
    """Print so many columns on a page and the rest on another, with the first ones repeated: on
    one page nobody could read them, let alone fill them in."""
    sheet.fit_to_pages(2, 0)
    sheet.set_v_pagebreaks([first_page])
    sheet.repeat_columns(0, repeated - 1)
    sheet.print_across()


def _headings(sheet: Worksheet, styles: _Styles, columns: tuple[Column, ...]) -> None:
    sheet.set_row(0, max(32, _height((column.heading, column.width) for column in columns)))
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.heading, styles.heading)


def _lines_of(extract: Extract) -> list[Line]:
    """The rows of the extract with the number and all rows of their alerts."""
    rows: dict[str, list[ExtractRow]] = {}
    for row in extract.rows:
        rows.setdefault(row.alert_id, []).append(row)
    numbers = {alert_id: number for number, alert_id in enumerate(rows, start=1)}
    gathered = {member.alert_id: member.total for member in extract.cases}
    return [
        Line(row, numbers[row.alert_id], tuple(rows[row.alert_id]), gathered.get(row.alert_id))
        for row in extract.rows
    ]


def _row(
    sheet: Worksheet, styles: _Styles, place: int, line: Line, columns: tuple[Column, ...]
) -> None:
    values = [column.value(line) for column in columns]
    sheet.set_row(
        place,
        _height((value, column.width) for value, column in zip(values, columns, strict=True)),
    )
    for across, (value, column) in enumerate(zip(values, columns, strict=True)):
        _write(sheet, place, across, value, styles.cell(column, line))


def _say_that_nothing_is_open(
    sheet: Worksheet, styles: _Styles, extract: Extract, columns: int
) -> None:
    text = "今日没有需要办理的预警。"
    if extract.gone:
        text += f"不再需要办理的 {len(extract.gone)} 条见“{NOTES_SHEET}”。"
    if extract.joint:
        text += f"联合监督事项 {len(extract.joint)} 件见“{JOINT_SHEET}”。"
    sheet.merge_range(1, 0, 1, columns - 1, text, styles.plain)


def _alerts_sheet(book: Workbook, styles: _Styles, extract: Extract) -> None:
    sheet = book.add_worksheet(ALERTS_SHEET)
    _headings(sheet, styles, ALERT_COLUMNS)
    sheet.freeze_panes(1, len(ABOUT))
    sheet.repeat_rows(0)
    if not extract.rows:
        _say_that_nothing_is_open(sheet, styles, extract, FIRST_PAGE)
        sheet.print_area(0, 0, 1, FIRST_PAGE - 1)
        _print_set_up(sheet, extract, ALERTS_SHEET)
        return
    # Shown as soon as the file is opened, for the first cell is the one that is chosen then.
    told_at = {"validate": "any", "input_title": "在哪里填写", "input_message": WHERE_TO_ANSWER}
    sheet.data_validation(0, 0, 0, len(ALERT_COLUMNS) - 1, told_at)
    for place, line in enumerate(_lines_of(extract), start=1):
        _row(sheet, styles, place, line, ALERT_COLUMNS)
    last = len(extract.rows)
    sheet.autofilter(0, 0, last, len(ALERT_COLUMNS) - 1)
    sheet.print_area(0, 0, last, PRINTED_COLUMNS - 1)
    _print_set_up(sheet, extract, ALERTS_SHEET, WHERE_TO_ANSWER)
    _print_on_two_pages(sheet, FIRST_PAGE, len(ABOUT))


def _return_sheet(book: Workbook, styles: _Styles, extract: Extract) -> None:
    sheet = book.add_worksheet(RETURN_SHEET)
    _headings(sheet, styles, KEY_COLUMNS)
    firsts: dict[int, Line] = {}
    for line in _lines_of(extract):
        firsts.setdefault(line.number, line)
    lines = sorted(firsts.values(), key=lambda line: line.place)
    for place, line in enumerate(lines, start=1):
        _row(sheet, styles, place, line, KEY_COLUMNS)
    last = len(lines)
    for across, answer in enumerate(ANSWER_COLUMNS, start=len(KEY_COLUMNS)):
        sheet.set_column(across, across, answer.width)
        sheet.write_string(0, across, answer.heading, styles.answer_heading)
        style = styles.answers["date" if answer.is_date else "money" if answer.is_money else "text"]
        for place in range(1, len(lines) + 1):
            sheet.write_blank(place, across, None, style)
        if lines:
            refers = [any(row.role == "verify" for row in line.rows) for line in lines]
            _validate(sheet, answer, across, extract, refers)
    printed = columns = len(KEY_COLUMNS) + len(ANSWER_COLUMNS)
    if any(line.row.concluded for line in lines):
        _concluded_column(sheet, styles, columns, lines)
        columns += 1
    for across, (heading, width) in enumerate(PROOF_HEADINGS, start=columns):
        sheet.set_column(across, across, width)
        sheet.write_string(0, across, heading, styles.heading)
    for place, line in enumerate(lines, start=1):
        proof = (extract.body_code, extract.business_date.isoformat(), line.row.return_code)
        for across, text in enumerate(proof, start=columns):
            _write(sheet, place, across, text or None, styles.named("code"))
    sheet.freeze_panes(1, len(ABOUT))
    sheet.protect("", PERMITTED)
    if not lines:
        # There is nothing to fill in. LibreOffice prints hidden sheets, but no empty pages.
        _say_that_nothing_is_open(sheet, styles, extract, columns)
        sheet.hide()
        sheet.print_area(2, 0, 2, 0)
        _print_set_up(sheet, extract, RETURN_SHEET)
        return
    sheet.autofilter(0, 0, last, columns + len(PROOF_HEADINGS) - 1)
    sheet.print_area(0, 0, last, printed - 1)
    sheet.repeat_rows(0)
    _print_set_up(sheet, extract, RETURN_SHEET, SEND_BACK)
    _print_on_two_pages(sheet, len(KEY_COLUMNS), len(ABOUT))


def _concluded_column(sheet: Worksheet, styles: _Styles, across: int, lines: list[Line]) -> None:
    """What others concluded already, behind the answers, and how to adopt it."""
    sheet.set_column(across, across, CONCLUDED.width)
    sheet.write_string(0, across, CONCLUDED.heading, styles.heading)
    for place, line in enumerate(lines, start=1):
        values = [(column.value(line), column.width) for column in (*KEY_COLUMNS, CONCLUDED)]
        sheet.set_row(place, _height(values))
        _write(sheet, place, across, CONCLUDED.value(line), styles.named(CONCLUDED.style))


def _validate(
    sheet: Worksheet, answer: Answer, across: int, extract: Extract, refers: Sequence[bool]
) -> None:
    """Help to fill in a column of answers, of as many lines as `refers` has.

    Args:
        refers: whether the reader may hand the line's alert over as a lead; only who verifies may.
    """
    offered: dict[tuple[str, ...], list[list[int]]] = {}
    for place, may_refer in enumerate(refers, start=1):
        choices = tuple(
            choice
            for choice in answer.choices
            if may_refer or choice != words.ACTIONS["transfer_as_lead"]
        )
        ranges = offered.setdefault(choices, [])
        if ranges and ranges[-1][2] == place - 1:
            ranges[-1][2] = place
        else:
            ranges.append([place, across, place, across])
    for choices, ranges in offered.items():
        help_ = {**_validation(replace(answer, choices=choices), extract), "other_cells": ranges}
        sheet.data_validation(*ranges[0], help_)


def _validation(answer: Answer, extract: Extract) -> dict[str, object]:
    common: dict[str, object] = {"input_title": answer.heading, "input_message": answer.hint}
    if answer.choices:
        return {
            **common,
            "validate": "list",
            "source": list(answer.choices),
            "error_title": answer.heading,
            "error_message": "请从下拉列表中选择，不要自行填写。",
        }
    if answer.is_money:
        return {
            **common,
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_title": answer.heading,
            "error_message": "请填写不小于零的数字，单位为元。",
        }
    if answer.is_date:
        # The day of the push is no bound: an alert open for weeks may have been verified before it.
        earliest = min((row.opened_on for row in extract.rows if row.opened_on), default=None)
        earliest = earliest or EARLIEST_DATE
        return {
            **common,
            "validate": "date",
            "criteria": ">=",
            "value": earliest,
            # Whoever takes it in reads more ways to write a date than the office program does.
            "error_type": "warning",
            "error_title": answer.heading,
            "error_message": f"请填写实际核实的日期，不早于 {earliest.isoformat()}。",
        }
    return {**common, "validate": "any"}


def _cases_sheet(
    book: Workbook, styles: _Styles, extract: Extract, numbered: dict[str, tuple[int, str]]
) -> None:
    """`numbered`: 序号 and name of each case, by its alert."""
    members = sorted(extract.cases, key=lambda member: numbered[member.alert_id][0])
    sheet = book.add_worksheet(CASES_SHEET)
    sheet.set_row(0, 32)
    for place, column in enumerate(CASE_COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.heading, styles.heading)
    for place, member in enumerate(members, start=1):
        line = CaseLine(*numbered[member.alert_id], member)
        values = [cast(Value, column.value(line)) for column in CASE_COLUMNS]
        widths = [column.width for column in CASE_COLUMNS]
        sheet.set_row(place, _height(zip(values, widths, strict=True)))
        for across, (value, column) in enumerate(zip(values, CASE_COLUMNS, strict=True)):
            _write(sheet, place, across, value, styles.named(column.style))
    last = len(extract.cases)
    sheet.autofilter(0, 0, last, len(CASE_COLUMNS) - 1)
    for place, text in enumerate(left_out(members), start=last + 1):
        sheet.merge_range(place, 0, place, CASE_PRINTED - 1, text, styles.plain)
        last = place
    sheet.print_area(0, 0, last, CASE_PRINTED - 1)
    if extract.rows and len(extract.cases) > PRINTED_LINES:
        last += 1
        text = NOT_PRINTED.format(lines=len(extract.cases))
        sheet.merge_range(last, 0, last, CASE_PRINTED - 1, text, styles.plain)
        sheet.print_area(last, 0, last, CASE_PRINTED - 1)
    else:
        sheet.repeat_rows(0)
    sheet.freeze_panes(1, 4)
    _print_set_up(sheet, extract, CASES_SHEET)


def _joint_sheet(book: Workbook, styles: _Styles, extract: Extract) -> None:
    if not extract.joint:
        return
    sheet = book.add_worksheet(JOINT_SHEET)
    sheet.set_row(0, 32)
    for place, column in enumerate(JOINT_COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.heading, styles.heading)
    numbers = {line.row.alert_id: line.number for line in _lines_of(extract)}
    waiting = {row.alert_id for row in extract.rows if task(row) in ("to_answer", "to_verify")}
    for place, row in enumerate(extract.joint, start=1):
        line = JointLine(place, row, numbers, waiting)
        values = [cast(Value, column.value(line)) for column in JOINT_COLUMNS]
        widths = [column.width for column in JOINT_COLUMNS]
        sheet.set_row(place, _height(zip(values, widths, strict=True)))
        for across, (value, column) in enumerate(zip(values, JOINT_COLUMNS, strict=True)):
            _write(sheet, place, across, value, styles.named(column.style))
    last = len(extract.joint)
    sheet.autofilter(0, 0, last, len(JOINT_COLUMNS) - 1)
    sheet.print_area(0, 0, last, JOINT_PRINTED - 1)
    sheet.freeze_panes(1, 4)
    sheet.repeat_rows(0)
    _print_set_up(sheet, extract, JOINT_SHEET)
    if not extract.rows:
        sheet.activate()


def _why_gone(gone: GoneRow) -> str:
    if not gone.settled:
        return words.GONE[gone.reason]
    state, body_name, on = gone.settled
    return f"{words.SETTLED[state]}（{body_name}，{on}）"


def _notes_sheet(book: Workbook, styles: _Styles, extract: Extract) -> None:
    sheet = book.add_worksheet(NOTES_SHEET)
    widths = (19, 20, 24, 32, 15, 26)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    last = len(widths) - 1
    sheet.write_string(0, 0, "监督预警推送说明", styles.title)
    sheet.set_row(0, 26)
    line = 1
    for heading, lines in notes(extract):
        sheet.merge_range(line, 0, line, last, heading, styles.section)
        sheet.set_row(line, SECTION_HEIGHT)
        line += 1
        for text in lines:
            sheet.merge_range(line, 0, line, last, "", styles.plain)
            sheet.write_string(line, 0, neutralised(text), styles.plain)
            sheet.set_row(line, _height([(text, sum(widths))]))
            line += 1
    sheet.merge_range(line, 0, line, last, "不再需要办理的预警", styles.section)
    sheet.set_row(line, SECTION_HEIGHT)
    line += 1
    if not extract.gone:
        sheet.write_string(line, 0, "无", styles.plain)
    else:
        for place, heading in enumerate(
            ("预警编号", "疑点问题", "单位", "对象", "金额（元）", "原因")
        ):
            sheet.write_string(line, place, heading, styles.heading)
        for gone in extract.gone:
            line += 1
            cells: tuple[tuple[Value, str], ...] = (
                (gone.alert_id, "code"),
                (gone.rule_name, "text"),
                (gone.unit_name, "text"),
                (readable_subject(gone.subject_type, gone.subject_id, gone.evidence), "text"),
                (gone.amount, "money"),
                (_why_gone(gone), "text"),
            )
            sheet.set_row(
                line,
                _height((value, width) for (value, _), width in zip(cells, widths, strict=True)),
            )
            for place, (value, style) in enumerate(cells):
                _write(sheet, line, place, value, styles.named(style))
    _print_set_up(sheet, extract, NOTES_SHEET)
    if not extract.rows and not extract.joint:
        sheet.activate()


def _where(line_no: int) -> Value:
    """Where a line stood, as its sender finds it."""
    sheet, row = place_of(line_no)
    return f"第 {sheet} 张表第 {row} 行" if sheet else row or "整份文件"


def _returned_sheet(book: Workbook, styles: _Styles, extract: Extract) -> None:
    """What was not taken, with the reasons in front and everything else as it was sent."""
    sheet = book.add_worksheet(RETURNED_SHEET)
    headings = (
        *RETURNED_FIRST,
        ("预警编号", 19),
        FROM_FILE,
        *((heading, width) for _, heading, width in RETURNED_KEYS),
    )
    sheet.set_row(0, 32)
    for across, (heading, width) in enumerate(headings):
        sheet.set_column(across, across, width)
        sheet.write_string(0, across, heading, styles.heading)
    answers = len(headings)
    proof = answers + len(ANSWER_COLUMNS)
    last = len(extract.returned)
    numbers = {line.row.alert_id: line.number for line in _lines_of(extract)}
    verified = {row.alert_id for row in extract.rows if row.role == "verify"}
    ids = [row.cells.get("alert_id") for row in extract.returned]
    # Of an alert that is not on the list it is not known who verifies it.
    may_verify = bool(verified)
    refers = [alert_id in verified or (may_verify and alert_id not in numbers) for alert_id in ids]
    for across, answer in enumerate(ANSWER_COLUMNS, start=answers):
        sheet.set_column(across, across, answer.width)
        sheet.write_string(0, across, answer.heading, styles.answer_heading)
        if answer.choices:
            _validate(sheet, answer, across, extract, refers)
    for across, (heading, width) in enumerate(PROOF_HEADINGS, start=proof):
        sheet.set_column(across, across, width)
        sheet.write_string(0, across, heading, styles.heading)
    for place, row in enumerate(extract.returned, start=1):
        reasons, where = "\n".join(row.reasons), _where(row.line_no)
        if row.more:
            of = "这份表格" if row.file_name else "其余表格"
            reasons, where = f"{of}另有 {row.more} 行没有受理，未列出；{FURTHER}", "其余"
        alert_id = row.cells.get("alert_id", "")
        shown: list[Value] = [numbers.get(alert_id), where, reasons, alert_id or None]
        shown.append(row.file_name.partition("/")[2] or row.file_name)
        shown += [row.cells.get(name) for name, _, _ in RETURNED_KEYS]
        sheet.set_row(
            place,
            _height((value, width) for value, (_, width) in zip(shown, headings, strict=True)),
        )
        for across, value in enumerate(shown):
            _write(sheet, place, across, value, styles.named("text" if across > 1 else "wrapped"))
        for across, answer in enumerate(ANSWER_COLUMNS, start=answers):
            _write_as_sent(sheet, place, across, row.cells.get(answer.name), styles)
        for across, name in enumerate(RETURNED_PROOF, start=proof):
            _write(sheet, place, across, row.cells.get(name), styles.named("code"))
    sheet.autofilter(0, 0, last, proof + len(PROOF_HEADINGS) - 1)
    sheet.freeze_panes(1, len(RETURNED_FIRST))
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, last, proof - 1)
    _print_set_up(sheet, extract, RETURNED_SHEET, SEND_BACK)
    _print_on_two_pages(sheet, answers, len(RETURNED_FIRST))
    sheet.protect("", PERMITTED)


def workbook_bytes(extract: Extract) -> bytes:
    """`alerts.xlsx` of an extract."""
    return _book(
        extract,
        "监督预警",
        _alerts_sheet,
        _return_sheet,
        _gathered_sheet,
        _joint_sheet,
        _notes_sheet,
    )


def returned_bytes(extract: Extract) -> bytes:
    """`returned.xlsx`: the lines of an extract that came back to be corrected."""
    return _book(extract, "退回更正", _returned_sheet)


def case_bytes(name: str, day: date, members: Sequence[CaseMember]) -> bytes:
    """A workbook with the sheet 案件明细 only, of one case called `name`."""
    case = Extract("", name, day, cases=tuple(members))
    numbered = {member.alert_id: (1, name) for member in members}
    return _book(case, name, partial(_cases_sheet, numbered=numbered))


def _gathered_sheet(book: Workbook, styles: _Styles, extract: Extract) -> None:
    """What the alerts gather that are about several hits, if there is one."""
    if extract.cases:
        numbered = {
            line.row.alert_id: (line.number, line.row.rule_name) for line in _lines_of(extract)
        }
        _cases_sheet(book, styles, extract, numbered)


def _book(
    extract: Extract, title: str, *sheets: Callable[[Workbook, _Styles, Extract], None]
) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            # Widths of columns are counted in digits of this font. Where another one than that of
            # the cells is missing, columns come out a third wider, and print a third smaller.
            "default_format_properties": {**BASE_FONT},
        },
    )
    book.set_properties(
        {
            "title": f"{title} {extract.business_date.isoformat()}",
            "author": "慧眼",
            "created": datetime.combine(extract.business_date, time()),
        }
    )
    styles = _Styles(book)
    for sheet in sheets:
        sheet(book, styles, extract)
    book.close()
    return buffer.getvalue()
