"""The sheet 案件明细: what an alert about several hits gathers, one line per hit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from huiyan.alerts.evidence import readable
from huiyan.alerts.subject import readable_subject
from huiyan.delivery.extract import CaseMember

CASES_SHEET = "案件明细"
# More lines than these are not printed with the rest of the workbook.
PRINTED_LINES = 40
NOT_PRINTED = (
    f"“{CASES_SHEET}”共 {{lines}} 行，请在屏幕上查看，默认不打印；要打印的，先取消本表的打印区域。"
)


@dataclass(frozen=True)
class CaseLine:
    """A hit as a line of the sheet.

    Attributes:
        number: 序号 of the case's alert on the other sheets. case: what the case is about.
    """

    number: int
    case: str
    member: CaseMember


@dataclass(frozen=True)
class CaseColumn:
    """A column: heading, width in characters, cell style and where the value is."""

    heading: str
    width: float
    style: str
    value: Callable[[CaseLine], object]


CASE_COLUMNS = (
    CaseColumn("序号", 5, "centre", lambda line: line.number),
    CaseColumn("案件", 14, "text", lambda line: line.case),
    CaseColumn("疑点问题", 14, "text", lambda line: line.member.rule_name),
    CaseColumn("单位", 18, "text", lambda line: line.member.unit_name),
    CaseColumn(
        "对象",
        24,
        "text",
        lambda line: readable_subject(
            line.member.subject_type, line.member.subject_id, line.member.evidence
        ),
    ),
    CaseColumn("发生日期", 11, "date", lambda line: line.member.occurred_on),
    CaseColumn("金额（元）", 13, "money", lambda line: line.member.amount),
    CaseColumn("发现日期", 11, "date", lambda line: line.member.detected_on),
    CaseColumn("疑点依据", 36, "text", lambda line: readable(line.member.evidence)),
    CaseColumn("案件预警编号", 19, "code", lambda line: line.member.alert_id),
)
# The number of the case is for the screen.
PRINTED_COLUMNS = len(CASE_COLUMNS) - 1


def left_out(members: Iterable[CaseMember]) -> list[str]:
    """What to say of cases of which not every hit is listed."""
    listed: dict[str, int] = {}
    totals: dict[str, int] = {}
    for member in members:
        listed[member.alert_id] = listed.get(member.alert_id, 0) + 1
        totals[member.alert_id] = member.total
    return [
        f"案件 {alert_id} 共 {total} 个疑点，这里列出最近发现的 {listed[alert_id]} 个。"
        for alert_id, total in totals.items()
        if total > listed[alert_id]
    ]
