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
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import cast

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from huiyan.alerts import words
from huiyan.alerts.evidence import LIST_LIMIT, readable
from huiyan.alerts.subject import readable_subject
from huiyan.delivery.case_sheet import (
    CASE_COLUMNS,
    CASES_SHEET,
    NOT_PRINTED,
    PRINTED_LINES,
    CaseLine,
    left_out,
)
from huiyan.delivery.extract import CaseMember, Extract, ExtractRow
from huiyan.delivery.joint_sheet import (
    JOINT_COLUMNS,
    JOINT_SHEET,
    OBJECTION,
    JointLine,
    conclusion_of_others,
    suggestion,
)
from huiyan.delivery.joint_sheet import PRINTED_COLUMNS as JOINT_PRINTED
from huiyan.delivery.neutralise import neutralised
from huiyan.delivery.task import PLACE, needed, task, told
from huiyan.feeds.form_reader import place_of

ALERTS_SHEET = "预警清单"
RETURN_SHEET = "核实反馈"
RETURNED_SHEET = "退回更正"
NOTES_SHEET = "说明"
TASK_HEADING = f"待办\n（在“{RETURN_SHEET}”表填写）"
WHERE_TO_ANSWER = (
    f"本表供查看。办理结果填在“{RETURN_SHEET}”表的绿色栏目，"
    "保存后把整个文件按原渠道退回，不改文件名。"
)
SEND_BACK = "填写绿色栏目，保存后把整个文件按原渠道退回，不改文件名。"
TABLE = "alerts.csv"

CELL_LIMIT = 32_000
A4 = 9
LINE_HEIGHT = 15.0
MAX_HEIGHT = 400.0
SECTION_HEIGHT = 24.0
FONT = "微软雅黑"
# Dark, middle and light: the tiers differ in grey print too, and the label says it in words.
TIER_COLOURS: dict[str, dict[str, object]] = {
    "red": {"bg_color": "#C00000", "font_color": "#FFFFFF", "bold": True},
    "orange": {"bg_color": "#F4B183", "font_color": "#000000", "bold": True},
    "yellow": {"bg_color": "#FFF2CC", "font_color": "#000000"},
}

EARLIEST_DATE = date(2000, 1, 1)

Value = str | int | Decimal | date | None


@dataclass(frozen=True)
class Line:
    """An alert as a line of a sheet.

    Attributes:
        number: 序号 of the alert, the same on every sheet, so that printed sheets share a key.
        rows: of the alert, in every role in which the body has it.
    """

    row: ExtractRow
    number: int
    rows: tuple[ExtractRow, ...]

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
        f"升级原因：{raised}" if raised else "",
        conclusion_of_others(line.row),
        readable(line.row.evidence),
    )
    return "\n".join(part for part in said if part)


def _standard(line: Line) -> str:
    return "\n".join(filter(None, (line.row.close_out_standard, needed(line.row))))


ALERT_COLUMNS = (
    Column("序号", 5, "centre", lambda line: line.number),
    Column("新增", 5, "wrapped", _standing),
    Column("等级", 5, "tier", lambda line: words.TIER[line.row.tier]),
    Column("职责", 5, "centre", lambda line: words.ROLE[line.row.role]),
    Column(TASK_HEADING, 9, "wrapped", lambda line: words.TASK[task(line.row)]),
    Column("疑点问题", 11, "text", lambda line: line.row.rule_name),
    Column("单位", 13, "text", lambda line: line.row.unit_name),
    Column("对象", 20, "text", _subject),
    Column("发生日期", 11, "date", lambda line: line.row.occurred_on),
    Column("金额（元）", 12, "money", lambda line: line.row.amount),
    Column("办理期限", 11, "date", lambda line: line.row.due_on),
    Column("疑点依据", 30, "text", _evidence),
    Column("核查要点", 22, "text", lambda line: line.row.what_to_check),
    Column("办结标准", 20, "text", _standard),
    Column("政策依据", 17, "text", lambda line: line.row.legal_basis),
    Column("判定规则", 22, "text", lambda line: line.row.description),
    Column("状态", 10, "centre", lambda line: words.STATE.get(line.row.state, "办理中")),
    Column("财务平台单位代码", 13, "code", lambda line: line.row.finance_agency_code),
    Column("国库平台单位代码", 13, "code", lambda line: line.row.treasury_agency_code),
    Column("规则编号", 11, "code", lambda line: line.row.rule_id),
    Column("预警编号", 19, "code", lambda line: line.row.alert_id),
    Column("对象编号", 30, "code", lambda line: line.row.subject_id),
)
# What is printed; the columns after it are for the screen, or one page could not be read.
PRINTED_COLUMNS = 15

KEY_COLUMNS = (
    Column("序号", 5, "centre", lambda line: line.number),
    Column("预警编号", 10, "code", lambda line: line.row.alert_id),
    Column("等级", 5, "tier", lambda line: words.TIER[line.row.tier]),
    Column("职责", 5, "wrapped", lambda line: line.roles),
    Column("待办", 7, "wrapped", lambda line: line.tasks),
    Column("疑点问题", 12, "text", lambda line: line.row.rule_name),
    Column("单位", 13, "text", lambda line: line.row.unit_name),
    Column("对象", 19, "text", _subject),
    Column("金额（元）", 11, "money", lambda line: line.row.amount),
    Column("办理期限", 11, "date", lambda line: line.row.due_on),
    Column("反馈情况", 36, "text", lambda line: told(line.rows) or None),
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
# Which alert it is, and why its line comes back: in front, and again beside the answers in print.
RETURNED_FIRST = (("序号", 5), ("预警编号", 10), ("退回原因", 40))
RETURNED_KEYS = (
    ("rule_shown", "疑点问题", 12),
    ("unit_shown", "单位", 14),
    ("subject_shown", "对象", 18),
)
FURTHER = "请先更正列出的各行，并核对整份表格是否填错、串行或重复后再退。"
RETURNED_PROOF = ("body_code", "extract_on", "return_code")


class _Styles:
    """Formats of one workbook, made once each."""

    def __init__(self, book: Workbook) -> None:
        base: dict[str, object] = {"font_name": FONT, "font_size": 10, "valign": "top"}
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


def _lines(text: str, width: float) -> int:
    """Lines that `text` takes in a column of `width`: Chinese characters are two wide."""
    return sum(
        max(
            1,
            math.ceil(
                sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1.1 for sign in line)
                / (width - 1)
            ),
        )
        for line in text.split("\n")
    )


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
    sheet.set_footer(f"&L{note}&R第 &P 页，共 &N 页")


def _headings(sheet: Worksheet, styles: _Styles, columns: tuple[Column, ...]) -> None:
    sheet.set_row(0, 32)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.heading, styles.heading)


def _lines_of(extract: Extract) -> list[Line]:
    """The rows of the extract with the number and all rows of their alerts."""
    rows: dict[str, list[ExtractRow]] = {}
    for row in extract.rows:
        rows.setdefault(row.alert_id, []).append(row)
    numbers = {alert_id: number for number, alert_id in enumerate(rows, start=1)}
    return [Line(row, numbers[row.alert_id], tuple(rows[row.alert_id])) for row in extract.rows]


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
    text = f"今日没有需要办理的预警；不再需要办理的 {len(extract.gone)} 条见“{NOTES_SHEET}”。"
    if extract.joint:
        text += f"联合监督事项 {len(extract.joint)} 件见“{JOINT_SHEET}”。"
    sheet.merge_range(1, 0, 1, columns - 1, text, styles.plain)


def _alerts_sheet(book: Workbook, styles: _Styles, extract: Extract) -> None:
    sheet = book.add_worksheet(ALERTS_SHEET)
    _headings(sheet, styles, ALERT_COLUMNS)
    sheet.set_row(0, 48)
    # Shown as soon as the file is opened, for the first cell is the one that is chosen then.
    told_at = {"validate": "any", "input_title": "在哪里填写", "input_message": WHERE_TO_ANSWER}
    sheet.data_validation(0, 0, 0, len(ALERT_COLUMNS) - 1, told_at)
    for place, line in enumerate(_lines_of(extract), start=1):
        _row(sheet, styles, place, line, ALERT_COLUMNS)
    last = max(len(extract.rows), 1)
    if extract.rows:
        sheet.autofilter(0, 0, last, len(ALERT_COLUMNS) - 1)
    else:
        _say_that_nothing_is_open(sheet, styles, extract, PRINTED_COLUMNS)
    sheet.print_area(0, 0, last, PRINTED_COLUMNS - 1)
    sheet.freeze_panes(1, 6)
    sheet.repeat_rows(0)
    _print_set_up(sheet, extract, ALERTS_SHEET, WHERE_TO_ANSWER)


def _return_sheet(book: Workbook, styles: _Styles, extract: Extract) -> None:
    sheet = book.add_worksheet(RETURN_SHEET)
    _headings(sheet, styles, KEY_COLUMNS)
    firsts: dict[int, Line] = {}
    for line in _lines_of(extract):
        firsts.setdefault(line.number, line)
    lines = sorted(firsts.values(), key=lambda line: line.place)
    for place, line in enumerate(lines, start=1):
        _row(sheet, styles, place, line, KEY_COLUMNS)
    last = max(len(lines), 1)
    for across, answer in enumerate(ANSWER_COLUMNS, start=len(KEY_COLUMNS)):
        sheet.set_column(across, across, answer.width)
        sheet.write_string(0, across, answer.heading, styles.answer_heading)
        style = styles.answers["date" if answer.is_date else "money" if answer.is_money else "text"]
        for place in range(1, len(lines) + 1):
            sheet.write_blank(place, across, None, style)
        if lines:
            sheet.data_validation(1, across, last, across, _validation(answer, extract))
    columns = len(KEY_COLUMNS) + len(ANSWER_COLUMNS)
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
    sheet.print_area(0, 0, last, columns - 1)
    if lines:
        sheet.autofilter(0, 0, last, columns + len(PROOF_HEADINGS) - 1)
    else:
        _say_that_nothing_is_open(sheet, styles, extract, columns)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    _print_set_up(sheet, extract, RETURN_SHEET, SEND_BACK)
    sheet.protect(
        "", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}
    )


def _concluded_column(sheet: Worksheet, styles: _Styles, across: int, lines: list[Line]) -> None:
    """What others concluded already, behind the answers, and how to adopt it."""
    sheet.set_column(across, across, CONCLUDED.width)
    sheet.write_string(0, across, CONCLUDED.heading, styles.heading)
    for place, line in enumerate(lines, start=1):
        values = [(column.value(line), column.width) for column in (*KEY_COLUMNS, CONCLUDED)]
        sheet.set_row(place, _height(values))
        _write(sheet, place, across, CONCLUDED.value(line), styles.named(CONCLUDED.style))


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


def _waiting(extract: Extract) -> list[str]:
    """How many alerts wait for the reader, and for what."""
    alerts: dict[str, set[str]] = {}
    for row in extract.rows:
        if PLACE[task(row)] == 0:
            alerts.setdefault(task(row), set()).add(row.alert_id)
    if not alerts:
        return []
    counts = "、".join(
        f"{word} {len(alerts[key])} 条" for key, word in words.TASK.items() if key in alerts
    )
    return [f"等待本单位办理的：{counts}，在“{RETURN_SHEET}”中排在最前。"]


def _notes(extract: Extract) -> list[tuple[str, list[str]]]:
    counts = extract.counts_by_tier
    new = len({row.alert_id for row in extract.rows if row.is_new})
    samples = sum("sampled" in row.marks for row in extract.rows)
    total = sum(counts.values())
    back = extract.returned_lines
    waiting = _waiting(extract)
    return [
        (
            "本次推送",
            [
                f"接收单位：{extract.body_name}",
                f"数据日期：{extract.business_date.isoformat()}",
                f"需办理预警共 {total} 条，其中新增 {new} 条、未结 {total - new} 条；"
                + "，".join(f"{words.TIER[tier]} {count} 条" for tier, count in counts.items())
                + (f"；其中抽查 {samples} 条" if samples else "")
                + f"。不再需要办理的 {len(extract.gone)} 条，列在本页末尾。",
                *(
                    [f"联合监督事项 {len(extract.joint)} 件，见“{JOINT_SHEET}”。"]
                    if extract.joint
                    else []
                ),
                *waiting,
                *(
                    [
                        f"没有受理的反馈 {back} 条，见同时送达的“{RETURNED_SHEET}”表"
                        "（returned.xlsx），请更正后再退。"
                    ]
                    if back
                    else []
                ),
                "预警只是疑点，不是结论，请核实后反馈。",
            ],
        ),
        (
            "等级和期限",
            [
                "红色：由监督检查室处置，5 个工作日内反馈。",
                "橙色：由行业监管部门处置，10 个工作日内反馈。",
                "黄色：由单位财务人员自查处置，15 个工作日内反馈。",
                "期限从预警产生之日的次日起按法定工作日计算；预警未结期间，等级只升不降，"
                "升级原因列在“疑点依据”中。",
                "逾期未反馈结论的（签收、开始核实不算反馈），下一个数据日在“新增”栏标注“催办”；催办后"
                "仍未反馈的，提升一级、转由上一级单位办理并标注“升级”，重新计算期限。",
                "“复发”：整改销号后复查期内，同一单位再次出现同类问题。“抽查”：从已自动消除或经审批"
                "不再推送的疑点中随机抽取，只需核实结论，不计入单位未结预警。",
                "监督、监管单位不处置、不核实涉及自身的疑点，改由其上级办理（回避）。",
            ],
        ),
        (
            "怎样看预警清单",
            [
                "“判定规则”是系统查找疑点的条件，“疑点依据”是本条查到的数据，其中“未填”表示来源系统"
                f"没有填写；编号一类的清单最多列 {LIST_LIMIT} 项，"
                f"全部见同时送达的数据文件（{TABLE}）。",
                "“政策依据”中，“条款待核”表示文件已确定、具体条款尚待核对，“条款未核实”表示条款尚未与"
                "文件原文核对；引用前请以文件原文为准。",
                *(
                    [
                        f"“{CASES_SHEET}”列出一条预警归集的疑点：系统性问题列所管单位的同类疑点，"
                        "小金库评分列本单位计分的疑点；序号与“预警清单”一致，一案一次核实、一次反馈。"
                    ]
                    if extract.cases
                    else []
                ),
                *(
                    [
                        f"“{JOINT_SHEET}”列出几个部门在同一单位、同一事项、相互重叠的期间都有发现的"
                        "事项：牵头的作出结论，协同的配合；一个部门已有结论的，其他部门直接采用，不再"
                        "重复核查。没有预警时，只在事项新增、有变化或结束的数据日推送。"
                    ]
                    if extract.joint
                    else []
                ),
                *(
                    [
                        "标注“已有结论”的预警，其他监督部门已就同一单位、同一事项、同一期间作出结论："
                        "采纳的，按“核实反馈”的“已有结论”栏填写即可。" + OBJECTION
                    ]
                    if any(row.concluded for row in extract.rows)
                    else []
                ),
                "“待办”是这条预警现在等谁办："
                "“待反馈”“待补正”“待核实”等本单位办理；“整改中”是本单位报了整改、还没有报办结；"
                "“处置中”等处置单位；“已反馈”等核实单位，不必再填。",
                "序号在“预警清单”和“核实反馈”中一致，打印后可对照；序号只在本次推送内有效，跨日请用"
                "预警编号。“对象编号”等不打印的栏目在表格右侧。",
                f"打印时打“{ALERTS_SHEET}”和“{RETURN_SHEET}”即可；“{CASES_SHEET}”超过 "
                f"{PRINTED_LINES} 行的，默认不打印。",
            ],
        ),
        (
            "怎样填写和退回",
            [
                "职责为“处置”的，由本单位查清事实、落实整改、备齐材料；职责为“核实”的，由镇街纪委或"
                "派驻纪检监察组核对处置结果是否属实、材料是否齐备，不代替处置方整改。个别预警因回避由"
                "同一单位既处置又核实，此时分列两行。",
                "“核实反馈”每条预警一行：蓝色标题的栏目已锁定，不能修改；办理进展、核实结论、原因、"
                "处理措施从下拉列表中选择，退缴金额、情况说明、佐证材料、核实人、核实日期按实填写。"
                "“反馈情况”列出处置单位已经报来的结论、措施、金额和材料，以及这一行办结还要填哪些栏目。",
                "办理进展：收到后选“已签收”，着手核实选“核实中”，有了结论并在整改选“整改中”，整改"
                "到位、材料齐备选“已办结”。直接填写结论的，视同已签收、已核实，同时选“核实中”的不起作用；选“整改中”“已办结”的，"
                "必须有核实结论，核实单位只选“已办结”的，即认可处置单位已报的结论。处置单位填“已办结”的，由核实单位核对后销号，缺材料的标注“待补正”，"
                "补填所缺栏目再退即可；核实单位填“已办结”的即行销号。",
                "结论与原因要相符：属实的，原因是“问题属实”或“通知前单位已自行纠正”；不属实的，选"
                "误报或符合政策的原因，不选“整改中”；部分属实的，任选其一。",
                "对照“办结标准”备齐材料后再填“已办结”：一般要有处理措施和佐证材料，应当退缴的还要"
                "填写退缴金额：不能多于预警金额，少于预警金额的，结论选“部分属实”或写明情况说明。填好后"
                "保存，不改文件名，按原渠道退回；可以只填一部分，其余的以后再退。佐证材料写明名称或文号，"
                "“无”“后补”“见附件”不算。一并收到送达清单（manifest.json）的，原样退回即视同签收。",
                "“核实反馈”最右边的接收单位代码、推送日期、反馈码用来证明这张表是发给本单位的，不"
                "打印，也不要改动；只能用自己收到的表格反馈，旧版和自制的表格不予受理。",
                f"没有受理的反馈随下一次推送退回（“{RETURNED_SHEET}”表），逐行写明原因；在退回的表格上更正"
                "后可以直接再退。已经受理的反馈不能撤回，需要更正的，重新填写一次即可。",
                "处理措施“转问题线索”由核实单位决定，处置单位选的供其参考。",
                "误报也请如实选择原因，系统据此改进规则，以后少打扰。",
            ],
        ),
    ]


def _cases_sheet(
    book: Workbook, styles: _Styles, extract: Extract, numbered: dict[str, tuple[int, str]]
) -> None:
    """`numbered`: 序号 and name of each case, by its alert."""
    sheet = book.add_worksheet(CASES_SHEET)
    sheet.set_row(0, 32)
    for place, column in enumerate(CASE_COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.heading, styles.heading)
    for place, member in enumerate(extract.cases, start=1):
        line = CaseLine(*numbered[member.alert_id], member)
        values = [cast(Value, column.value(line)) for column in CASE_COLUMNS]
        widths = [column.width for column in CASE_COLUMNS]
        sheet.set_row(place, _height(zip(values, widths, strict=True)))
        for across, (value, column) in enumerate(zip(values, CASE_COLUMNS, strict=True)):
            _write(sheet, place, across, value, styles.named(column.style))
    last = len(extract.cases)
    sheet.autofilter(0, 0, last, len(CASE_COLUMNS) - 1)
    for place, text in enumerate(left_out(extract.cases), start=last + 1):
        sheet.merge_range(place, 0, place, len(CASE_COLUMNS) - 1, text, styles.plain)
        last = place
    sheet.print_area(0, 0, last, len(CASE_COLUMNS) - 1)
    if extract.rows and len(extract.cases) > PRINTED_LINES:
        last += 1
        text = NOT_PRINTED.format(lines=len(extract.cases))
        sheet.merge_range(last, 0, last, len(CASE_COLUMNS) - 1, text, styles.plain)
        sheet.print_area(last, 0, last, len(CASE_COLUMNS) - 1)
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
    for place, row in enumerate(extract.joint, start=1):
        line = JointLine(place, row, numbers)
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


def _notes_sheet(book: Workbook, styles: _Styles, extract: Extract) -> None:
    sheet = book.add_worksheet(NOTES_SHEET)
    widths = (19, 20, 24, 32, 15, 26)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    last = len(widths) - 1
    sheet.write_string(0, 0, "监督预警推送说明", styles.title)
    sheet.set_row(0, 26)
    line = 1
    for heading, lines in _notes(extract):
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
                (words.GONE[gone.reason], "text"),
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
        ("原文件", 16),
        ("行号", 8),
        *((heading, width) for _, heading, width in RETURNED_KEYS),
    )
    sheet.set_row(0, 32)
    for across, (heading, width) in enumerate(headings):
        sheet.set_column(across, across, width)
        sheet.write_string(0, across, heading, styles.heading)
    answers = len(headings)
    proof = answers + len(ANSWER_COLUMNS)
    last = len(extract.returned)
    for across, answer in enumerate(ANSWER_COLUMNS, start=answers):
        sheet.set_column(across, across, answer.width)
        sheet.write_string(0, across, answer.heading, styles.answer_heading)
        if answer.choices:
            sheet.data_validation(1, across, last, across, _validation(answer, extract))
    for across, (heading, width) in enumerate(PROOF_HEADINGS, start=proof):
        sheet.set_column(across, across, width)
        sheet.write_string(0, across, heading, styles.heading)
    for place, row in enumerate(extract.returned, start=1):
        reasons, where = "\n".join(row.reasons), _where(row.line_no)
        if row.more:
            of = "这份表格" if row.file_name else "其余表格"
            reasons, where = f"{of}另有 {row.more} 行没有受理，未列出；{FURTHER}", "其余"
        shown: list[Value] = [row.cells.get("number_on_form"), row.cells.get("alert_id"), reasons]
        shown += [row.file_name.partition("/")[2] or row.file_name, where]
        shown += [row.cells.get(name) for name, _, _ in RETURNED_KEYS]
        sheet.set_row(
            place,
            _height((value, width) for value, (_, width) in zip(shown, headings, strict=True)),
        )
        for across, value in enumerate(shown):
            _write(sheet, place, across, value, styles.named("text"))
        for across, answer in enumerate(ANSWER_COLUMNS, start=answers):
            _write_as_sent(sheet, place, across, row.cells.get(answer.name), styles)
        for across, name in enumerate(RETURNED_PROOF, start=proof):
            _write(sheet, place, across, row.cells.get(name), styles.named("code"))
    sheet.autofilter(0, 0, last, proof + len(PROOF_HEADINGS) - 1)
    sheet.freeze_panes(1, len(RETURNED_FIRST))
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, last, proof - 1)
    _print_set_up(sheet, extract, RETURNED_SHEET, SEND_BACK)
    # On one page nobody could read it: the answers come on a second.
    sheet.fit_to_pages(2, 0)
    sheet.repeat_columns(0, len(RETURNED_FIRST) - 1)
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})


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
