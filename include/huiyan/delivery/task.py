"""Whom a row of an extract waits for, and what has been answered of it, in words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from huiyan.alerts import states, words
from huiyan.delivery.extract import ExtractRow, Said
from huiyan.delivery.neutralise import one_line

# The order in which a body should take its rows: what waits for it, for others, for nobody.
PLACE = {
    "to_verify": 0,
    "to_complete": 0,
    "to_answer": 0,
    "rectifying": 1,
    "with_the_disposer": 1,
    "answered": 2,
}
LONGEST_TEXT = 120


def missing(row: ExtractRow) -> tuple[str, ...]:
    """What the answers given lack of the rule's standard, in Chinese; empty without an answer."""
    last: dict[str, Any] = {}
    for said in row.answers:
        if states.is_turned(last.get("verdict"), said.verdict):
            last |= states.UNSAID
        last |= {name: value for name, value in vars(said).items() if value is not None}
    verdict = last.get("verdict")
    if row.is_sent_back and states.is_turned(verdict, "confirmed"):
        last, verdict = {**last, **states.UNSAID, "reason": None}, "confirmed"
    if verdict is None and last and row.state in ("rectifying", *states.FOUND):
        # Who verifies has found it so, in words that are not shown to who disposes of it.
        verdict = "partly" if row.state == "partly" else "confirmed"
    if verdict is None:
        return ()
    reason, action = last.get("reason") or "confirmed", last.get("action")
    recovered = last.get("amount_recovered")
    lacking = states.missing_for_close_out(
        row.close_out_needs,
        verdict,
        reason=reason,
        action=action,
        amount_recovered=recovered,
        evidence_reference=last.get("evidence_reference"),
    )
    needs = states.asked_of_close_out(row.close_out_needs, verdict, reason=reason, action=action)
    named = [words.CLOSE_OUT_NEEDS[need] for need in lacking]
    if (
        "amount_recovered" in needs
        and "amount_recovered" not in lacking
        and recovered is not None
        and row.least_recovery
        and not states.is_accounted_for(recovered, row.least_recovery, verdict, last.get("note"))
    ):
        named.append(f"情况说明（退缴少于应退缴的 {abs(row.least_recovery):,.2f} 元的原因）")
    return tuple(named)


def task(row: ExtractRow) -> str:
    """What the row waits for, a key of `words.TASK`."""
    # Who both disposes and verifies answers once, as who verifies.
    whose = ("dispose",) if row.role == "verify" else ("dispose", "verify")
    disposer = next((said for said in reversed(row.answers) if said.role in whose), None)
    is_answered = disposer is not None and (
        disposer.verdict is not None or disposer.progress in ("rectifying", "closed")
    )
    is_untrue = disposer is not None and disposer.verdict == "not_confirmed"
    if row.role == "verify":
        is_last = is_answered and row.answers[-1] is disposer
        is_done = disposer is not None and disposer.progress == "closed"
        is_heard = is_last or (_has_only_found(row) and (is_done or is_untrue))
        is_ready = "sampled" in row.marks or (is_heard and (is_untrue or not missing(row)))
        return "to_verify" if is_ready else "with_the_disposer"
    if disposer is None or not is_answered:
        return "to_answer"
    if row.is_sent_back:
        return "to_complete"
    if disposer.progress == "closed":
        return "to_complete" if missing(row) else "answered"
    return "answered" if is_untrue else "rectifying"


def is_reported_closed(row: ExtractRow) -> bool:
    """Whether who disposes of it has reported it closed, and nobody has answered since."""
    if row.state != "rectifying" or row.is_sent_back or not row.answers:
        return False
    last = row.answers[-1]
    return last.role == "dispose" and last.progress == "closed"


def _has_only_found(row: ExtractRow) -> bool:
    """Whether a verifying body spoke last, of a finding, and not of what is to follow from it."""
    if not row.answers:
        return False
    last = row.answers[-1]
    is_open = last.progress not in ("rectifying", "closed") and last.action != "transfer_as_lead"
    return last.role == "verify" and last.verdict in states.FOUND and is_open


@dataclass(frozen=True)
class Work:
    """Whom the alerts of an extract wait for; each counts once, whatever the roles of its reader.

    Attributes:
        tasks: how many wait for the reader, by what they wait for, in the order of `words.TASK`.
        rectifying: how many the reader is putting right.
        others: how many wait for other bodies.
        dues: when those that wait for the reader are due, and how many on each day.
    """

    tasks: dict[str, int]
    rectifying: int
    others: int
    dues: tuple[tuple[date, int], ...]

    @property
    def waiting(self) -> int:
        """How many wait for the reader."""
        return sum(self.tasks.values())


def work(rows: Iterable[ExtractRow]) -> Work:
    """Whom the rows of an extract wait for."""
    alerts: dict[str, list[ExtractRow]] = {}
    for row in rows:
        alerts.setdefault(row.alert_id, []).append(row)
    first = {
        alert_id: min(map(task, mine), key=lambda what: (PLACE[what], [*words.TASK].index(what)))
        for alert_id, mine in alerts.items()
    }
    counts = Counter(first.values())
    tasks = {what: counts[what] for what in words.TASK if counts[what] and PLACE[what] == 0}
    dues = Counter(
        min(row.due_on for row in alerts[alert_id])
        for alert_id, what in first.items()
        if what in tasks
    )
    return Work(
        tasks,
        counts["rectifying"],
        counts["with_the_disposer"] + counts["answered"],
        tuple(sorted(dues.items())),
    )


def needed(row: ExtractRow) -> str:
    """Which cells the row needs before it can be closed; empty if the standard names none.

    A sample is over as soon as somebody says whether it is true.
    """
    if "sampled" in row.marks:
        return "抽查只需填：核实结论、原因。"
    if not row.close_out_needs:
        return ""
    cells = [words.CLOSE_OUT_NEEDS[need] for need in states.CLOSE_OUT_NEEDS]
    asked = [
        cell
        for need, cell in zip(states.CLOSE_OUT_NEEDS, cells, strict=True)
        if need in row.close_out_needs
    ]
    return (
        f"办结须填：办理进展选“{words.PROGRESS['closed']}”、核实结论、{'、'.join(asked)}"
        "（不属实的，填核实结论、原因、佐证材料）。"
    )


def _is_overtaken(said: Said) -> bool:
    """Whether it says that it is being looked into, and what was found: the finding counts."""
    return said.verdict is not None and said.progress == "verifying"


def _words_of(said: Said) -> str:
    parts = []
    if said.verdict is not None:
        reason = f"（{words.REASONS[said.reason]}）" if said.reason else ""
        parts.append(f"{words.VERDICTS[said.verdict]}{reason}")
    if said.progress is not None and not _is_overtaken(said):
        parts.append(words.PROGRESS[said.progress])
    parts = ["，".join(parts)] if parts else []
    if _is_overtaken(said):
        parts.append("已有核实结论，所选“核实中”不起作用")
    if said.action is not None:
        action = f"处理措施：{words.ACTIONS[said.action]}"
        if said.action == "transfer_as_lead" and said.role == "dispose":
            action += "（是否转办由核实单位决定，处置单位所选供其参考）"
        parts.append(action)
    if said.amount_recovered is not None:
        parts.append(f"退缴金额：{said.amount_recovered:,.2f} 元")
    for label, text in (
        ("佐证材料", said.evidence_reference),
        ("情况说明", said.note),
        ("核实人", said.verified_by),
    ):
        if text:
            parts.append(f"{label}：{one_line(text, LONGEST_TEXT).rstrip('。；')}")
    if said.unnamed_evidence is not None:
        unnamed = one_line(said.unnamed_evidence, LONGEST_TEXT)
        parts.append(f"“佐证材料”所填“{unnamed}”没有指明任何材料，请写明材料名称或文号")
    return f"{said.body_name} {said.said_on.isoformat()} 反馈：\n" + "；".join(parts)


def told(rows: Sequence[ExtractRow]) -> str:
    """What has been answered of an alert, and what follows for the reader.

    Args:
        rows: of one alert, in every role of the reader.
    """
    row = max(rows, key=lambda row: len(row.answers))
    lines = [_words_of(said) for said in row.answers]
    if row.cleared_on is not None:
        lines.append(
            f"系统自 {row.cleared_on.isoformat()} 起已不再发现这一疑点；是否销号，以核实为准。"
        )
    return "\n".join([*lines, *filter(None, dict.fromkeys(map(_follows, rows)))])


def _follows(row: ExtractRow) -> str:
    lacking = "、".join(missing(row))
    what = task(row)
    if what == "to_complete" and row.is_sent_back:
        short = f"办结尚缺：{lacking}。" if lacking else ""
        return (
            f"核实单位认定问题存在、整改尚未到位，请继续整改。{short}到位后办理进展选“已办结”，并写明"
            "新的佐证材料或情况说明；核实结论、原因两栏留空。"
        )
    if what == "to_complete":
        return f"已报办结，但缺：{lacking}。请补填这些栏目再退，否则不能销号。"
    if what == "answered":
        return "等待核实单位核对，不必再填。"
    if what == "rectifying":
        short = f"办结尚缺：{lacking}。" if lacking else ""
        return f"{short}整改到位后，办理进展选“已办结”。"
    if what == "to_verify" and _has_only_found(row):
        return (
            "已填核实结论，但没有选办理进展，处置单位还在等待：整改到位的，办理进展选“已办结”；没有到位"
            "的，选“整改中”，退给处置单位继续整改。"
        )
    if what == "to_verify" and row.answers:
        if row.answers[-1].verdict == "not_confirmed":
            return (
                "请核实：同意的填“不属实”和原因；不同意的填“属实”或“部分属实”，办理进展选“整改中”。"
            )
        return (
            "请核实：整改到位的，填核实结论，办理进展选“已办结”；没有到位的，填核实结论，办理进展选"
            "“整改中”，退给处置单位继续整改；不属实的，填“不属实”和原因。"
        )
    if what == "with_the_disposer":
        if not row.answers:
            return "处置单位尚未反馈。"
        return f"办结尚缺：{lacking}。" if lacking else ""
    if what == "to_answer" and row.state in ("rectifying", *states.FOUND):
        return (
            "核实单位已认定问题存在：核实结论、原因两栏留空；整改到位后，办理进展选“已办结”，并填"
            "处理措施、佐证材料，应当退缴的填退缴金额。"
        )
    return needed(row)
