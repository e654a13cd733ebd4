"""The sheet 联合监督: a body's joint cases, and what is said of a conclusion reached by others."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from huiyan.alerts import words
from huiyan.delivery.extract import ExtractRow, JointRow
from huiyan.delivery.sheets import RETURN_SHEET

JOINT_SHEET = "联合监督"
STANDING = {"new": "新增", "changed": "有变化", "standing": "未变", "ended": "已结束"}
ROLE = {"lead": "牵头", "co": "协同", "dispose": "处置预警", "verify": "核实预警"}
# How a conclusion of others is adopted or objected to: told in the same words wherever it is told.
OBJECTION = (
    "有异议的，书面向作出结论的部门提出；本单位有预警的，同时在“核实反馈”中按自己核实的情况填写，"
    "并在“情况说明”栏写明理由。"
)
# Alerts of a case that have ended are named by their ids, and only so many.
IDS_SHOWN = 5


@dataclass(frozen=True)
class JointLine:
    """A case as a line of the sheet.

    Attributes:
        number: 序号 of the case. row: the case.
        numbers: 序号 on the other sheets of the extract's alerts, by their ids.
        waiting: ids of those that wait for the body's answer.
    """

    number: int
    row: JointRow
    numbers: Mapping[str, int]
    waiting: Collection[str] = ()


@dataclass(frozen=True)
class JointColumn:
    """A column: heading, width in characters, cell style and where the value is."""

    heading: str
    width: float
    style: str
    value: Callable[[JointLine], object]


def asked(row: JointRow, waiting: Sequence[int] = ()) -> str:
    """What the body is to do about the case.

    Args:
        waiting: 序号 of the case's alerts that wait for the body's answer.
    """
    if row.standing == "ended":
        return "不再列为本单位的联合监督事项，无需办理。"
    if row.is_asked:
        return "请牵头会商，作出结论，通过“联合监督发现”报送结论、日期和文号。"
    if row.is_conclusion_reusable:
        return f"已有结论，采纳即可，不必重复核查。{OBJECTION}"
    if row.conclusion is not None and waiting:
        return (
            "本部门已作出结论，其他部门直接采用；本单位名下的预警（序号 "
            f"{'、'.join(map(str, waiting))}）仍须按这一结论在“{RETURN_SHEET}”表中填写。"
        )
    if row.conclusion is not None:
        return "本部门已作出结论，其他部门直接采用，无需再报。"
    return "请配合牵头单位，有发现的及时报送。"


def _concluded(row: JointRow) -> str:
    if row.conclusion is None:
        return "尚无结论"
    document = f"（{row.document_no}）" if row.document_no else ""
    on = f" {row.concluded_on}" if row.concluded_on else ""
    return f"{row.conclusion}{document}\n{row.concluded_by_name or ''}{on}"


def _alerts_of(line: JointLine) -> list[str]:
    return line.row.own_alerts.split("、") if line.row.own_alerts else []


def _asked(line: JointLine) -> str:
    waiting = [line.numbers[alert] for alert in _alerts_of(line) if alert in line.waiting]
    return asked(line.row, sorted(waiting))


def _own(line: JointLine) -> str:
    own = []
    if line.row.own_findings:
        own.append(f"发现：{line.row.own_findings}")
    alerts = _alerts_of(line)
    open_ones = sorted(line.numbers[alert] for alert in alerts if alert in line.numbers)
    if open_ones:
        own.append(f"预警：序号 {'、'.join(map(str, open_ones))}")
    ended = [alert for alert in alerts if alert not in line.numbers]
    if ended:
        more = "\n……" if len(ended) > IDS_SHOWN else ""
        ids = "\n".join(ended[:IDS_SHOWN])
        own.append(f"已了结的预警 {len(ended)} 条：\n{ids}{more}")
    return "\n".join(own) or "无"


JOINT_COLUMNS = (
    JointColumn("序号", 5, "centre", lambda line: line.number),
    JointColumn("变化", 7, "centre", lambda line: STANDING[line.row.standing]),
    JointColumn("角色", 7, "wrapped", lambda line: ROLE[line.row.role]),
    JointColumn("被监督单位", 14, "text", lambda line: line.row.unit_name),
    JointColumn("事项", 9, "text", lambda line: line.row.matter_name),
    JointColumn(
        "期间", 13, "wrapped", lambda line: f"{line.row.period_from} 至\n{line.row.period_to}"
    ),
    JointColumn("本单位发现和预警", 18, "text", _own),
    JointColumn("其他部门发现", 33, "text", lambda line: line.row.others_found or "无"),
    JointColumn("已有结论", 20, "text", lambda line: _concluded(line.row)),
    JointColumn("请本单位", 20, "text", _asked),
    JointColumn("事项编号", 19, "code", lambda line: line.row.case_id[:16]),
)
# The number of the case is for the screen.
PRINTED_COLUMNS = len(JOINT_COLUMNS) - 1


def conclusion_of_others(row: ExtractRow) -> str:
    """What another department concluded on the alert's matter; empty if none did."""
    if not row.concluded:
        return ""
    department, on, conclusion, document = row.concluded
    shown = f"（{document}）" if document else ""
    return f"已有结论：{department} {on} 认定“{conclusion}”{shown}，采纳的不必重复核查。"


# What to choose in the form, by the verdict that the conclusion's words are.
_ADOPTED: Mapping[str | None, str] = {
    "confirmed": "核实结论选“属实”，原因选“问题属实”",
    "partly": "核实结论选“部分属实”，原因选“问题属实”",
    "not_confirmed": "核实结论选“不属实”，原因按该结论选一项误报或符合政策",
    None: (
        "该结论认定有问题的，核实结论选“属实”；只认定一部分的，选“部分属实”；认定没有问题的，"
        "选“不属实”，原因按该结论选"
    ),
}


def suggestion(row: ExtractRow) -> str:
    """How to adopt that conclusion in the form, or to object to it; empty if there is none.

    It is told and not filled in: a line sent back untouched must not become a verdict.
    """
    if not row.concluded:
        return ""
    department, on, conclusion, document = row.concluded
    verdict = next(
        (code for code, word in words.VERDICTS.items() if conclusion.startswith(word)), None
    )
    proof = document or f"{department} {on} 结论"
    return (
        f"{department} {on}：{conclusion}{f'（{document}）' if document else ''}。\n"
        f"采纳：{_ADOPTED[verdict]}，佐证材料填“{proof}”。\n{OBJECTION}"
    )
