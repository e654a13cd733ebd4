"""What the sender is told of a cell, a line or a file that cannot be read: what is wrong with what
stands there, and how to write it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from huiyan.alerts import words
from huiyan.delivery.neutralise import one_line
from huiyan.delivery.sheets import RETURN_SHEET
from huiyan.feeds import cards
from huiyan.feeds.contract import Column, load_contract
from huiyan.feeds.form_reader import COLUMN_TWICE, HEADING_NOT_PLAIN, LACKS_COLUMNS, TABLE_ABOVE
from huiyan.feeds.header import MISSING, NO_HEADINGS, SHEET, TWICE
from huiyan.said import says_something

LONGEST_QUOTE = 40
NAMED_ALERTS = 5
NAMED_PLACES = 5
CHOICES = {
    "progress": words.PROGRESS.values(),
    "verdict": words.VERDICTS.values(),
    "reason": words.REASONS.values(),
    "action": words.ACTIONS.values(),
}
_SHEET_NOT_READ = "整张表没有读取，其余的表照常受理：本单位自用的表不必理会；填有反馈的，请"
_READER = {
    "formula": "是公式，请改为直接填写的内容",
    "error_cell": "是出错的公式，请改为直接填写的内容",
    "number_over_15_digits": "超过 15 位，末位已丢失，请在原表格上按文本填写",
    "cell_count": "这一行的栏目数与表头不一致，请对照表头逐栏核对",
    "repeated_header": "这一行是重复的表头",
    LACKS_COLUMNS: f"这张表的表头缺少“预警编号”，{_SHEET_NOT_READ}补上这一栏",
    COLUMN_TWICE: f"这张表的表头有两栏是同一个标题，{_SHEET_NOT_READ}删去多出的一栏",
    HEADING_NOT_PLAIN: f"这张表的表头有公式或栏目过多，{_SHEET_NOT_READ}改用收到的表格的表头",
    TABLE_ABOVE: (
        "这一行起，表头以上另有一个表，没有读取，其下的反馈照常受理：本单位自用的表不必理会；填有反馈的"
        "，请填到反馈表的绿色栏目"
    ),
}
IN_ANOTHER_COLUMN = "answer_in_another_column"
OWN_SHEET = "sheet_of_its_own"
# Why a line goes back of which it is not known that anybody meant it for an answer.
NOT_UNDERSTOOD = frozenset({LACKS_COLUMNS, COLUMN_TWICE, HEADING_NOT_PLAIN, TABLE_ABOVE})
HINTS = NOT_UNDERSTOOD | {IN_ANOTHER_COLUMN, OWN_SHEET}
# What a spreadsheet shows of a formula that went wrong.
_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)
_AMOUNT = re.compile(
    r"(?P<before>人民币|RMB|CNY)?¥?(?P<number>[+-]?[0-9][0-9,]*(?:\.[0-9]*)?)(?P<times>[百千万亿]?)"
    r"(?P<after>(?:元|圆|块钱?|RMB|CNY)?[整正]?)",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?")
_TIMES = {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_CHINESE_NUMBER = re.compile(
    "(?:人民币)?[零〇一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟两半元圆角分块整正]+"
)
_SHEET = re.compile(rf", {SHEET} ([0-9]+): ")
_BEYOND = re.compile("column_[0-9]+")
_NAMED = re.compile(r"(\w+) \(([^)]*)\)")

NOT_READ = (
    "整份文件无法读取：请用 WPS、Excel 或 LibreOffice 打开收到的表格填写，"
    "保存为 .xlsx（不加密码）或 .csv 后再退回。"
)
NOTHING_FILLED_IN = (
    "收到表格，但没有读到任何填写内容；请填在“核实反馈”表的绿色栏目，表头保持在原来的位置。"
    "只为签收的，“办理进展”请选“已签收”。"
)


def quoted(text: str) -> str:
    """What somebody wrote, as it is named to them."""
    return f"“{one_line(text, LONGEST_QUOTE)}”"


def stands(column: Column, text: str) -> str:
    """Which cell, and what stands there."""
    if column.type == "money":
        text = cards.hide_number(text)
    return f"“{column.label}”栏的{quoted(text)}"


def trap(text: str) -> str | None:
    """The reader's word for text that stands for a formula: as such it was taken out of a cell."""
    if text.startswith("="):
        return "formula"
    return "error_cell" if text in _ERRORS else None


def codes_of(said: Iterable[str], cells: Mapping[str, str]) -> list[str]:
    """The reasons of reader and gate, and further ones: text that came back of a formula.

    Args:
        said: `<column>: <what is wrong>` of the gate, `<what is wrong>:<column>` of the reader.
        cells: what stands in the line, by column.
    """
    columns = {column.name: column for column in load_contract("returns").columns}
    given = list(said)
    return given + [
        f"{code}:{name}"
        for name, text in cells.items()
        if columns[name].is_answer and (code := trap(text)) and f"{code}:{name}" not in given
    ]


def of_line(
    said: Iterable[str], cells: Mapping[str, str], *, may_refer: bool = False
) -> tuple[tuple[str, str], ...]:
    """The reasons of `codes_of`, each with its words for the sender.

    Of a cell that could not be read it need not be said that it is no amount, nor what was refused
    as a formula and came back as the text of one.

    Args:
        may_refer: whether the line offers to hand the matter over as a lead.
    """
    columns = {column.name: column for column in load_contract("returns").columns}
    given = codes_of(said, cells)
    unread = {reason.partition(":")[2] for reason in given}
    told = {}
    for reason in given:
        column, _, what = reason.partition(": ")
        if column not in columns:
            problem, _, column = reason.partition(":")
            told[reason] = f"{_place(column, columns, cells)}{_of_reader(problem)}。"
        elif column not in unread:
            told[reason] = _of_gate(columns[column], what, cells.get(column), may_refer)
    return tuple(told.items())


def unread_answers(said: Iterable[str]) -> frozenset[str]:
    """The columns to be filled in of which a reason says that they cannot be read."""
    named = {part for reason in said for part in reason.replace(": ", ":").split(":")}
    return frozenset(
        column.name
        for column in load_contract("returns").columns
        if column.is_answer and column.name in named
    )


def _of_reader(problem: str) -> str:
    return _READER.get(problem, "无法读取，请在原表格上填写")


def _place(name: str, columns: Mapping[str, Column], cells: Mapping[str, str]) -> str:
    """The cell, also of a column that somebody has added; nothing for the whole line."""
    column = columns.get(name)
    if column is not None and name in cells:
        return stands(column, cells[name])
    return "" if not name or "_" in name else f"{quoted(name)}栏"


def _of_gate(column: Column, what: str, text: str | None, may_refer: bool) -> str:
    if text is None:
        return f"“{column.label}”没有填写。"
    if column.type == "money" and what == "not money":
        return f"{stands(column, text)}：{how_to_write(text)}。"
    if what.startswith("beyond"):
        return f"{stands(column, text)}：金额过大，请核对。"
    if what == "not in the code list":
        offered = "、".join(
            choice
            for choice in CHOICES[column.name]
            if may_refer or choice != words.ACTIONS["transfer_as_lead"]
        )
        return f"{stands(column, text)}不在下拉列表之内，请从下拉列表中选择：{offered}。"
    if what.startswith("longer than"):
        return f"“{column.label}”过长。"
    return f"{stands(column, text)}无法读取，请在原表格上填写。"


def how_to_write(text: str) -> str:
    """What is wrong with text that is no amount, and the number to write if it means one."""
    plain = unicodedata.normalize("NFKC", text)
    written = "".join(plain.split())
    match = _AMOUNT.fullmatch(written)
    if match is None:
        if _CHINESE_NUMBER.fullmatch(written):
            return "请用阿拉伯数字填写，例如 1000 或 1000.50"
        if not says_something(text):
            return "没有退缴的请留空"
        return "不是金额，请只填数字，例如 1000 或 1000.50；没有退缴的留空"
    if not _GROUPED.fullmatch(match["number"]):
        return "逗号的位置不对，请去掉逗号，只填数字"
    if cards.hide_number(written) != written:
        return "位数过多，不是金额，请核对"
    value = Decimal(match["number"].replace(",", "")) * _TIMES[match["times"]]
    if value != round(value, 2):
        return "金额最多两位小数，请核对后填写"
    amount = f"{value:.0f}" if value == round(value) else f"{value:.2f}"
    if value < 0:
        return "请只填数字；退缴金额不能小于零"
    if match["times"]:
        return f"请换算成元，填 {amount}"
    surplus = [quoted(word) for word in (match["before"], match["after"]) if word]
    if written != plain.strip():
        surplus.append("空格")
    return f"请去掉{'和'.join(surplus)}，填 {amount}" if surplus else f"请填 {amount}"


def nothing_filled_in(alerts: Sequence[str]) -> str:
    """What is said of a form without an answer.

    Args:
        alerts: those on it of which no file that came with it says anything; empty if none came.
    """
    if not alerts:
        return NOTHING_FILLED_IN
    more = f"等 {len(alerts)} 条" if len(alerts) > NAMED_ALERTS else ""
    return (
        f"{NOTHING_FILLED_IN}同时退回的其他表格也没有反馈的预警：{'、'.join(alerts[:NAMED_ALERTS])}"
        f"{more}。以后再反馈的，不必理会。"
    )


def elsewhere(cells: Mapping[str, str], more: int = 0) -> str:
    """What is said of a line that holds no answer, but something beside the columns for it.

    Args:
        cells: what stands there, by heading; `column_N` for what stands beyond the headings.
        more: further lines of the file for which this is said too.
    """
    also = f"（另有 {more} 行也是如此）" if more else ""
    named = "、".join(
        f"{'表头以外' if _BEYOND.fullmatch(name) else quoted(name) + '栏'}的{quoted(text)}"
        for name, text in cells.items()
    )
    return (
        f"{named}{also}不在要填写的栏目内，没有读到：属于反馈的，请填到绿色标题的栏目，不要改动标题；"
        "不是反馈的，不必理会。"
    )


def typed_over(places: Sequence[tuple[str, str]]) -> str:
    """What is said of words that stand where something was printed.

    Args:
        places: where, and the words.
    """
    named = "；".join(f"{where}的{quoted(text)}" for where, text in places[:NAMED_PLACES])
    more = f"等 {len(places)} 处，" if len(places) > NAMED_PLACES else ""
    return (
        f"{named}{more}不在要填写的栏目内，没有读到：属于反馈的，请填到“核实反馈”表的绿色栏目；"
        "不是反馈的，不必理会。"
    )


def on_another_sheet(sheet: str, cells: Mapping[str, str]) -> str:
    """What is said of answers on a sheet that never said whose they are.

    Args:
        sheet: its name, as it was sent.
        cells: what stands in the line, by column.
    """
    named = "".join(
        quoted(column.label)
        for column in load_contract("returns").columns
        if column.is_answer and column.name in cells
    )
    return f"填在“{sheet}”表的{named}没有读取，请填到“{RETURN_SHEET}”表。"


def own_sheet(sheet: int, lacking: Sequence[str], more: int) -> str:
    """What is said of a sheet beside the form that looks like one and proves nothing.

    Args:
        sheet: its number in the workbook, 0 for the one read first.
        lacking: labels of columns that are not there.
        more: further lines of it that hold something.
    """
    also = f"（另有 {more} 行也是如此）" if more else ""
    named = "".join(quoted(label) for label in lacking)
    which = f"第 {sheet} 张表" if sheet else "这张表"
    return (
        f"{which}没有{named}，这一行{also}没有受理：本单位自用的表不必理会；属于反馈的，请填到"
        "“核实反馈”表的绿色栏目。"
    )


def of_file(error: str) -> str:
    """Why nothing of a file could be read, and in which sheet of several it was looked for."""
    if NO_HEADINGS in error:
        return (
            "没有找到表头：“预警编号”“核实结论”“反馈码”等栏目的标题应在“核实反馈”表的最上面一行。"
            "请在最近一次收到的表格上填写，不要删改标题。"
        )
    found = _SHEET.search(error)
    where = f"第 {found[1]} 张表：" if found and int(found[1]) > 1 else ""
    if MISSING in error:
        named = error.partition(MISSING)[2].partition(". ")[0]
        columns = "".join(f"“{label}”" for _, label in _NAMED.findall(named))
        return f"{where}{columns}一栏不见了：请在最近一次收到的表格上填写，不要删改标题。"
    if TWICE in error:
        return f"{where}表头有两栏是同一个标题：请删去多出的一栏，或在最近一次收到的表格上填写。"
    return NOT_READ
