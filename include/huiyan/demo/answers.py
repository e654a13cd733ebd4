"""Bodies that answer like people: on time, late, in part, wrongly, never.

What a body does about an alert follows from the seed, the body and the alert alone, so a simulated
year can be run again. Whether it finds the alert true follows from the planted truth, most of the
time. The form is filled in as it was sent and saved as one of the office programs saves it.
"""

import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Literal

import xlsxwriter

from huiyan.alerts import words
from huiyan.delivery.extract import Extract, ExtractRow
from huiyan.delivery.sheets import ALERTS_SHEET, RETURN_SHEET
from huiyan.delivery.workbook import workbook_bytes
from huiyan.demo.truth import Said
from huiyan.feeds.contract import load_contract
from huiyan.feeds.form_reader import FormReader
from huiyan.workdays import add_workdays

Style = Literal["wps", "excel", "libreoffice", "csv"]
STYLES: tuple[Style, ...] = ("wps", "excel", "libreoffice", "csv")
Cell = str | Decimal | date

NEVER_PERCENT = 6
LATE_PERCENT = 14
MISTAKEN_PERCENT = 4
DONE_PERCENT = 60
CARELESS_PERCENT = 5
TO_VERIFY = ("confirmed", "partly", "not_confirmed", "rectifying")
NAMES = ("王建国", "李秀英", "张伟", "刘敏", "陈静", "杨洋")
NOTHING_SETTLED: Mapping[tuple[str, str], tuple[date, Said]] = {}
UNTRUE = ("data_wrong", "rule_wrong", "exception_approved", "change_rule")


@dataclass(frozen=True)
class FilledForm:
    """A form as it comes back.

    Attributes:
        name: of the file in the landing zone's folder of the date, below the body's own folder.
        answered: how many lines of it hold an answer.
    """

    name: str
    content: bytes
    answered: int


def _draw(*parts: object) -> int:
    """A number in 0–99 that follows from the parts."""
    return int.from_bytes(sha256("|".join(map(str, parts)).encode()).digest()[:4], "big") % 100


def chosen(percent: int, *parts: object) -> bool:
    """Whether what follows from the parts is among so many of a hundred."""
    return _draw(*parts) < percent


def answer(
    row: ExtractRow, body_code: str, day: date, is_true: bool, seed: int
) -> dict[str, Cell] | None:
    """What the body fills in on business date `day` for a line of its form, by heading.

    The disposing body answers once, within its time or late; the verifying body looks at what the
    disposing body answered and settles it; both forget some alerts for ever.

    Args:
        is_true: whether the planted truth says that the alert is right.

    Returns:
        None if the body does nothing about it on that day.
    """
    key = (seed, body_code, row.role, row.alert_id)
    if _draw("never", *key) < NEVER_PERCENT:
        return None
    if row.role == "verify" and row.state not in TO_VERIFY:
        return None
    if row.role == "dispose" and row.state in TO_VERIFY:
        return None
    is_late = _draw("late", *key) < LATE_PERCENT
    wait = 1 + _draw("wait", *key) % 4 + (20 if is_late else 0)
    if row.opened_on is None or day < add_workdays(row.opened_on, wait):
        return None
    if row.role == "dispose" and row.state != "acknowledged" and _draw("first", *key) < 10:
        return {"办理进展": words.PROGRESS["acknowledged"]}
    return _found(row, key, day, is_true)


def _found(row: ExtractRow, key: tuple[object, ...], day: date, is_true: bool) -> dict[str, Cell]:
    is_found = is_true != (_draw("mistaken", *key) < MISTAKEN_PERCENT)
    cells: dict[str, Cell] = {
        "核实人": NAMES[_draw("name", *key) % len(NAMES)],
        "核实日期": day,
        "佐证材料": f"核实材料 {row.alert_id[:6]}",
        "情况说明": "已调阅凭证并询问经办人。",
    }
    if is_found:
        partly = _draw("partly", *key) < 8
        cells["核实结论"] = words.VERDICTS["partly" if partly else "confirmed"]
        cells["原因"] = words.REASONS["confirmed"]
        due = row.least_recovery or row.amount
        cells["处理措施"] = words.ACTIONS["return_money" if due else "correct_books"]
        if due:
            cells["退缴金额（元）"] = due
        is_done = row.role == "verify" or _draw("done", *key) < DONE_PERCENT
        cells["办理进展"] = words.PROGRESS["closed" if is_done else "rectifying"]
    else:
        cells["核实结论"] = words.VERDICTS["not_confirmed"]
        cells["原因"] = words.REASONS[UNTRUE[_draw("reason", *key) % len(UNTRUE)]]
        cells["处理措施"] = words.ACTIONS["none_needed"]
    if _draw("careless", *key, day) < CARELESS_PERCENT:
        del cells["原因"]
        cells["核实日期"] = "上周"
    return cells


def settle(row: ExtractRow, day: date, said: Said) -> dict[str, Cell] | None:
    """What a verifying body fills in that looks into an alert by itself: found and closed, or not
    found; None if another body is asked, or the alert has been answered."""
    if row.role != "verify" or row.state in (*TO_VERIFY, "closed"):
        return None
    cells: dict[str, Cell] = {
        "核实结论": words.VERDICTS[said],
        "核实人": NAMES[0],
        "核实日期": day,
        "佐证材料": f"谈话笔录 {row.alert_id[:6]}",
        "情况说明": "已到单位核实。",
    }
    if said == "not_confirmed":
        cells["原因"] = words.REASONS["data_wrong"]
        return cells
    cells |= {
        "原因": words.REASONS["confirmed"],
        "处理措施": words.ACTIONS["return_money"],
        "退缴金额（元）": row.least_recovery or row.amount or Decimal("0.01"),
        "办理进展": words.PROGRESS["closed"],
    }
    return cells


def fill_in(
    extract: Extract,
    day: date,
    true: Collection[tuple[str, str]],
    seed: int,
    style: Style | None = None,
    *,
    settled: Mapping[tuple[str, str], tuple[date, Said]] = NOTHING_SETTLED,
    workbook: bytes | None = None,
) -> FilledForm | None:
    """The form of an extract as the body sends it back for business date `day`.

    Args:
        true: rule and subject of every alert that is right.
        style: the program that saved it; by default each body has its own.
        settled: what nobody but the verifying body answers, from which date on, and how.
        workbook: as it was sent; None makes it anew.

    Returns:
        None if the body sends nothing back for that day.
    """
    said: dict[str, dict[str, Cell]] = {}
    for row in extract.rows:
        about = (row.rule_id, row.subject_id)
        if about in settled:
            since, finding = settled[about]
            filled = settle(row, day, finding) if day >= since else None
        else:
            filled = answer(row, extract.body_code, day, about in true, seed)
        if filled is not None:
            said[row.alert_id] = filled
    if not said:
        return None
    style = style or STYLES[_draw("style", seed, extract.body_code) % len(STYLES)]
    name = "alerts.csv" if style == "csv" else "alerts.xlsx"
    return FilledForm(name, write(extract, day, said, style, workbook), len(said))


def write(
    extract: Extract,
    day: date,
    said: Mapping[str, Mapping[str, Cell]],
    style: Style,
    workbook: bytes | None = None,
) -> bytes:
    """The form of `extract` with these cells filled in, by alert and heading, saved in `style` on
    business date `day`; `workbook` as it was sent, None makes it anew."""
    sent = io.BytesIO(workbook or workbook_bytes(extract))
    form = FormReader(load_contract("returns"), sent, RETURN_SHEET)
    place = form.header.index("预警编号")
    rows: list[list[Cell]] = []
    for record in form.rows():
        cells = said.get(record.cells[place], {})
        rows.append(
            [cells.get(name, text) for name, text in zip(form.header, record.cells, strict=True)]
        )
    if style == "csv":
        return _csv([list(form.header), *rows])
    return _workbook(form.header, rows, day, style)


def _csv(rows: Iterable[Iterable[Cell]]) -> bytes:
    def cell(value: Cell) -> str:
        if isinstance(value, date):
            return f"{value.year}/{value.month}/{value.day}"
        text = str(value)
        return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text

    # As Excel in China saves it: in the system's own encoding.
    return "".join(",".join(map(cell, row)) + "\r\n" for row in rows).encode("gb18030")


def _workbook(header: list[str], rows: list[list[Cell]], day: date, style: Style) -> bytes:
    """A workbook that differs as the programs' do: WPS keeps a sheet before the form and the texts
    in the cells, in Excel the key was moved behind the answers, dates are shown in three ways."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "constant_memory": style == "wps"}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": datetime.combine(day, time())})
    shown = {"wps": "yyyy/m/d", "excel": "m/d/yy", "libreoffice": "yyyy-mm-dd"}[style]
    dates = book.add_format({"num_format": shown})
    if style == "wps":
        book.add_worksheet(ALERTS_SHEET).write_string(0, 0, "预警编号")
    sheet = book.add_worksheet(RETURN_SHEET)
    order = list(range(len(header)))
    if style == "excel":
        order = order[9:] + order[:9]
    for across, at in enumerate(order):
        sheet.write_string(0, across, header[at])
    for line, row in enumerate(rows, start=1):
        for across, at in enumerate(order):
            value = row[at]
            if isinstance(value, date):
                sheet.write_datetime(line, across, datetime.combine(value, time()), dates)
            elif isinstance(value, Decimal):
                sheet.write_number(line, across, float(value))
            elif value:
                sheet.write_string(line, across, value)
    book.close()
    return buffer.getvalue()
