"""What one line of a form says, and whether it may be said: pure, no database.

Every refusal has a code, for the quarantine, and the Chinese words in which the sender is told.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal

from huiyan.alerts import states, words
from huiyan.delivery.neutralise import one_line
from huiyan.said import says_something

_TIME = re.compile(
    r"(?:(?<=[日号])|(?<=[0-9])[ T]) *(?:上午|下午)? *[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─", "-") | {"。": "."})
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})"
    r"|\.([0-9]{1,2})\.([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})|([0-9]{2})([0-9]{2}))[日号]?"
)
_SHORT_YEAR = re.compile(r"([0-9]{2})年([0-9]{1,2})月([0-9]{1,2})[日号]?")
_NO_YEAR = re.compile(r"([0-9]{1,2})(?:月|[-/.])([0-9]{1,2})[日号]?")
# A spreadsheet shows the number 11.30 as 11.3.
_LOST_ZERO = re.compile(r"[0-9]{1,2}\.[123]")
LEAP_YEAR = 2024

LONGEST_QUOTE = 40
# What an answer is to change rests on these.
_MOVING = frozenset({"progress", "verdict", "action"})
_COLUMN_OF = {"evidence": "evidence_reference"}

# A receipt, or a note that it is being looked into, of what has gone further.
_BEYOND: Mapping[str, frozenset[str]] = {
    "acknowledged": states.BEGUN - {"acknowledged"},
    "verifying": states.BEGUN - {"acknowledged", "verifying"},
}


@dataclass(frozen=True)
class Refusal:
    """Why a line is not taken.

    Attributes:
        code: English, for the quarantine.
        text: Chinese, for the sender.
        is_final: the matter is settled, nothing in the line can be corrected.
        is_harmless: the line says what is known already; it is no mistake.
    """

    code: str
    text: str
    is_final: bool = False
    is_harmless: bool = False


@dataclass(frozen=True)
class Answer:
    """What a body filled in of one alert; empty cells are null.

    Attributes:
        progress, verdict, reason, action: codes as in `huiyan.alerts.words`.
        amount_recovered: CNY, two decimals.
        verified_on: as written.
    """

    progress: str | None = None
    verdict: str | None = None
    reason: str | None = None
    action: str | None = None
    amount_recovered: Decimal | None = None
    note: str | None = None
    evidence_reference: str | None = None
    verified_by: str | None = None
    verified_on: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in: the body has not answered yet."""
        return all(value is None for value in asdict(self).values())

    @property
    def brings(self) -> bool:
        """Whether it tells of what was done or proves it, whatever verdict and progress say."""
        return (
            self.action is not None
            or self.amount_recovered is not None
            or says_something(self.evidence_reference)
        )

    @property
    def is_mere_receipt(self) -> bool:
        """Whether it says that the alert came and nothing else, whoever noted it and when."""
        told = {
            name for name, value in asdict(self).items() if value is not None and name != "progress"
        }
        return self.progress == "acknowledged" and told <= {"verified_by", "verified_on"}

    @property
    def weight(self) -> int:
        """How far it goes: a mere receipt, being looked into, or more."""
        if self.verdict is None and self.progress in ("acknowledged", "verifying"):
            return 1 if self.progress == "acknowledged" else 2
        return 3

    def plain(self) -> dict[str, str]:
        """What was filled in, as JSON holds it; equal answers give equal ones."""
        said = {}
        for name, value in asdict(self).items():
            if value is not None:
                said[name] = f"{value:.2f}" if isinstance(value, Decimal) else str(value)
        return said


@dataclass(frozen=True)
class Case:
    """What is known of an alert when a body answers.

    Attributes:
        state: as of the business date of the return.
        role: dispose or verify; verify if the body has both.
        opened_on: when it was opened last.
        is_judged_by_verifier: whether the verifying body has given a verdict since then.
        verdict, reason: of the verdict in force since then; null without one.
        action, amount_recovered, evidence_reference, note: last said by anyone since then.
        close_out_needs: what the rule's standard demands.
        least_recovery, most_recovery: what must and what can go back of a finding that is true,
            CNY; null where its rule cannot know it.
    """

    state: str
    role: str
    opened_on: date
    is_judged_by_verifier: bool = False
    verdict: str | None = None
    reason: str | None = None
    action: str | None = None
    amount_recovered: Decimal | None = None
    evidence_reference: str | None = None
    close_out_needs: Collection[str] = ()
    note: str | None = None
    least_recovery: Decimal | None = None
    most_recovery: Decimal | None = None


@dataclass(frozen=True)
class Step:
    """One change of state: event, state and, if another one implies it, which."""

    event: str
    to_state: str
    implied_by: str | None = None


def read_date(
    text: str, *, earliest: date | None = None, latest: date | None = None
) -> date | None:
    """A date as people and office programs write it; null if it is none or could be two.

    A time after the date is left out.

    Args:
        earliest, latest: between which days a date without its year must lie; without them there
            is none. If it lies there in no year, the last one not after `latest` is meant.
    """
    written = _written(text)
    if written is None:
        return None
    year, month, day = written
    if year is not None:
        return _date(year, month, day)
    if earliest is None or latest is None or _may_have_lost_zero(text, month, day):
        return None
    past = [
        each
        for year in range(earliest.year - 8, latest.year + 1)
        if (each := _date(year, month, day)) is not None and each <= latest
    ]
    within = [each for each in past if each >= earliest]
    return None if len(within) > 1 else past[-1] if past else None


def _plain(text: str) -> str:
    """A date without its time, in one width and without spaces."""
    plain = unicodedata.normalize("NFKC", text).strip().translate(_DASHES)
    if (time := _TIME.search(plain)) is not None and time.end() == len(plain):
        plain = plain[: time.start()]
    return re.sub(r"(?<=[^0-9]) +| +(?=[^0-9])", "", plain).replace("--", "-")


def _written(text: str) -> tuple[int | None, int, int] | None:
    """Year, if it is written, month and day, whether or not there is such a day."""
    plain = _plain(text)
    if (match := _DATE.fullmatch(plain) or _SHORT_YEAR.fullmatch(plain)) is not None:
        year, month, day = (int(part) for part in match.groups() if part is not None)
        return year if year > 99 else 2000 + year, month, day
    if (match := _NO_YEAR.fullmatch(plain)) is not None:
        return None, int(match[1]), int(match[2])
    return None


def _may_have_lost_zero(text: str, month: int, day: int) -> bool:
    """Whether it may be another day, of which a spreadsheet left out the zero."""
    is_short = _LOST_ZERO.fullmatch(_plain(text)) is not None
    return is_short and _date(LEAP_YEAR, month, 10 * day) is not None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def asked(answer: Answer, case: Case) -> tuple[str, ...]:
    """States the answer asks for, in order.

    Whoever disposes of an alert does not close it: that the matter is settled is for the verifying
    body to say, so the disposing body's 已办结 is that it has put things right. The same holds for
    handing the matter over as a lead.
    """
    wanted = [] if answer.verdict is None else [answer.verdict]
    verdict = answer.verdict or case.verdict
    if answer.action == "transfer_as_lead" and case.role == "verify":
        return (*wanted, "transferred_as_lead")
    if answer.progress == "closed" and case.role != "verify":
        return tuple(wanted) if verdict == "not_confirmed" else (*wanted, "rectifying")
    if answer.progress in ("rectifying", "closed"):
        return (*wanted, answer.progress)
    if answer.verdict is None and answer.progress is not None:
        return (answer.progress,)
    if _adds(answer, case):
        return (case.state,)
    return tuple(wanted)


def _adds(answer: Answer, case: Case) -> bool:
    """Whether it only hands in what was lacking of what is being put right."""
    is_bare = answer.verdict is None and answer.progress is None
    has_something = answer.brings or says_something(answer.note)
    return is_bare and has_something and case.state == "rectifying"


def judge(
    answer: Answer, case: Case, *, latest: date, unread: Collection[str] = ()
) -> tuple[tuple[Step, ...], tuple[Refusal, ...]]:
    """The steps that the answer takes, or why it takes none; one of the two is empty.

    All is told that is wrong with it and does not rest on something else that is.

    Args:
        latest: last day on which the body can have verified what it now sends back.
        unread: what is filled in and cannot be read; null in `answer`. Then no steps are taken, and
            nothing need be wrong with the rest.
    """
    wanted = asked(answer, case)
    if wanted and case.state in states.ENDS | {"auto_resolved"}:
        # Whatever else is wrong with it: there is nothing to correct.
        return (), (_illegal(answer, case, case.state, wanted[0]),)
    unmoving = _unsaid(answer, case, unread)
    refusals = [*unmoving, *_unfit(answer, case, latest, unread)]
    steps: tuple[Step, ...] = ()
    if not unmoving and not _MOVING.intersection(unread) and (wanted or not unread):
        unfit = {refusal.code.partition(":")[0] for refusal in refusals}
        steps, refusal = _walk(answer, case, wanted, unfit.union(unread))
        if refusal is not None and not (refusal.is_harmless and refusals):
            refusals.append(refusal)
    return (() if refusals or unread else steps), tuple(refusals)


def _walk(
    answer: Answer, case: Case, wanted: tuple[str, ...], unfit: Collection[str]
) -> tuple[tuple[Step, ...], Refusal | None]:
    """The steps to the states that are wanted, or why there are none.

    Args:
        unfit: columns that have to be filled in anew; nothing more is said of them.
    """
    taken: list[Step] = []
    state = case.state
    for to_state in wanted:
        if to_state == state and (to_state in states.VERDICTS or _says_more(answer, state)):
            # Said once more with other words: a fact worth keeping, and no change of state.
            taken.append(Step(states.EVENT_OF[to_state], to_state))
            continue
        if to_state == state or state in _BEYOND.get(to_state, ()):
            continue
        way = states.steps(state, to_state)
        if way is None:
            return (), _illegal(answer, case, state, to_state)
        event = states.EVENT_OF[to_state]
        taken += [Step(states.EVENT_OF[implied], implied, event) for implied in way[:-1]]
        taken.append(Step(event, to_state))
        state = to_state
    if not taken:
        return (), _nothing_new(answer, state)
    return tuple(taken), _incomplete(answer, case, unfit) if state == "closed" else None


def _says_more(answer: Answer, state: str) -> bool:
    """Whether it adds to what is being put right: documents, words, or that it is done."""
    is_more = answer.progress == "closed" or answer.brings or says_something(answer.note)
    return state == "rectifying" and is_more


def _nothing_new(answer: Answer, state: str) -> Refusal:
    if answer.brings or answer.reason is not None:
        return Refusal(
            "nothing_new",
            f"这条预警目前是“{words.TOLD[state]}”，本行的“办理进展”没有变化；要反馈原因、处理措施、"
            "退缴金额或佐证材料，请同时选择“核实结论”。",
        )
    return Refusal(
        "said_already", f"该预警已经是“{words.TOLD[state]}”，不必重复反馈。", is_harmless=True
    )


def _unsaid(answer: Answer, case: Case, unread: Collection[str]) -> list[Refusal]:
    """Why it cannot be told what the answer is to change."""
    may_say = _MOVING.intersection(unread) or (unread and case.state == "rectifying")
    if (
        answer.verdict is None
        and answer.progress is None
        and (answer.action != "transfer_as_lead" or case.role != "verify")
        and not _adds(answer, case)
        and not may_say
    ):
        return [
            Refusal(
                "nothing_said",
                "“核实结论”和“办理进展”两栏都没有选择：请至少选择一栏，其他栏目才能受理。",
            )
        ]
    if answer.verdict is not None and case.is_judged_by_verifier and case.role != "verify":
        return [
            Refusal(
                "verdict_of_the_verifier_stands",
                "核实单位已有结论，处置单位不能再改：请把“核实结论”和“原因”两栏留空，只填办理"
                "进展、处理措施和佐证材料；对结论有异议的，写入“情况说明”。",
            )
        ]
    return []


def _unfit(answer: Answer, case: Case, latest: date, unread: Collection[str]) -> list[Refusal]:
    """What is wrong with the other cells."""
    found = []
    if answer.verdict is not None and "reason" not in unread:
        found += _unfit_reason(answer.verdict, answer.reason)
    if answer.amount_recovered is not None and answer.amount_recovered < 0:
        found.append(
            Refusal(
                "amount_recovered: negative",
                f"退缴金额不能小于零，所填为 {answer.amount_recovered:,.2f} 元；没有退缴的留空。",
            )
        )
    if answer.amount_recovered is not None and case.most_recovery:
        found += _unfit_amount(answer.amount_recovered, abs(case.most_recovery))
    if answer.verified_on is not None:
        found += _unfit_date(answer.verified_on, case.opened_on, latest)
    return found


def _unfit_reason(verdict: str, reason: str | None) -> list[Refusal]:
    fitting = states.REASONS_OF[verdict]
    if reason is None:
        if verdict == "confirmed":
            return []
        return [
            Refusal(
                "reason: missing", f"结论为“{words.VERDICTS[verdict]}”的，必须在“原因”栏选择原因。"
            )
        ]
    if reason in fitting:
        return []
    listed = "、".join(text for code, text in words.REASONS.items() if code in fitting)
    return [
        Refusal(
            "reason: does not go with the verdict",
            f"结论“{words.VERDICTS[verdict]}”与原因“{words.REASONS[reason]}”不相符，可选：{listed}。",
        )
    ]


def _unfit_amount(recovered: Decimal, most: Decimal) -> list[Refusal]:
    if recovered <= most:
        return []
    return [
        Refusal(
            "amount_recovered: more than the alert is about",
            f"退缴金额 {recovered:,.2f} 元多于这条预警最多涉及的 {most:,.2f} 元，请核对。确有多退"
            f"的，填 {most:.2f}，多退的部分写入“情况说明”。",
        )
    ]


def _unfit_date(text: str, opened_on: date, latest: date) -> list[Refusal]:
    day, written = read_date(text, earliest=opened_on, latest=latest), _written(text)
    shown = f"“核实日期”栏的“{one_line(text, LONGEST_QUOTE)}”"
    if day is None or written is None:
        why = _why_no_date(written, text, opened_on, latest)
        return [Refusal("verified_on: not a date", f"{shown}{why}。")]
    if text != day.isoformat():
        shown += f"读作 {day.isoformat()}，"
    if day < opened_on:
        early = f"早于预警产生的日期 {opened_on.isoformat()}"
        following = _date(day.year + 1, day.month, day.day)
        if written[0] is None and following is not None:
            early += f"（{following.isoformat()} 还没有到）：请核对，并写全年、月、日"
        return [Refusal("verified_on: before the alert was opened", f"{shown}{early}。")]
    if day > latest:
        return [
            Refusal(
                "verified_on: after the return",
                f"{shown}还没有到：这份表格最迟 {latest.isoformat()} 退回，核实日期不能晚于退回的"
                "那天。",
            )
        ]
    return []


def _why_no_date(
    written: tuple[int | None, int, int] | None, text: str, opened_on: date, latest: date
) -> str:
    whole = f"请写全年、月、日，例如 {opened_on.isoformat()}"
    if written is None:
        return f"看不出是哪一天，{whole}"
    year, month, day = written
    if not 1 <= month <= 12:
        return f"不是日期：没有 {month} 月"
    if _date(LEAP_YEAR, month, day) is None:
        return f"不是日期：没有 {month} 月 {day} 日"
    if year is not None:
        return f"不是日期：{year} 年没有 {month} 月 {day} 日"
    if _may_have_lost_zero(text, month, day):
        return f"可能是 {month} 月 {day} 日，也可能是 {month} 月 {day}0 日，{whole}"
    return f"没有写年份，在预警产生之日到 {latest.isoformat()} 之间不止一个，{whole}"


def _chosen(answer: Answer, to_state: str) -> str:
    """The cell that asks for the state, in the words of who filled it in."""
    if answer.action == "transfer_as_lead" and to_state == "transferred_as_lead":
        return f"“处理措施”栏选了“{words.ACTIONS[answer.action]}”"
    if to_state in states.VERDICTS or answer.progress is None:
        return f"“核实结论”栏选了“{words.STATE[to_state]}”"
    return f"“办理进展”栏选了“{words.PROGRESS[answer.progress]}”"


def _illegal(answer: Answer, case: Case, state: str, to_state: str) -> Refusal:
    now, chosen = words.TOLD[state], _chosen(answer, to_state)
    code = f"illegal_transition: {state} to {to_state}"
    if state == "auto_resolved":
        return Refusal(code, "疑点已消除，这条预警不需要再反馈。", is_final=True)
    if state in states.ENDS:
        return Refusal(code, f"这条预警{now}，不能再反馈。", is_final=True)
    if to_state in states.ENDS | {"rectifying"} and state == "not_confirmed":
        whose = "“核实结论”栏选了" if answer.verdict else "此前的核实结论是"
        return Refusal(
            code,
            f"{whose}“{now}”，{chosen}，两者不能并存：没有问题的，“办理进展”改选“已办结”"
            "或留空；确有问题的，“核实结论”改选“属实”或“部分属实”，“原因”一并改选。",
        )
    if to_state in states.ENDS | {"rectifying"} and case.verdict is None and answer.verdict is None:
        return Refusal(
            code,
            f"{chosen}，但“核实结论”栏没有填：请在“核实结论”栏选择“属实”“部分属实”或“不属实”，"
            "再退回。",
        )
    return Refusal(code, f"这条预警目前是“{now}”，{chosen}，不能这样改。")


def _incomplete(answer: Answer, case: Case, unfit: Collection[str]) -> Refusal | None:
    """Why the matter cannot be closed yet, but for what is unfit."""
    verdict = answer.verdict or case.verdict or ""
    if states.is_turned(case.verdict, verdict):
        case = replace(case, **states.UNSAID)
    reason = answer.reason or (case.reason if answer.verdict is None else None) or "confirmed"
    action = answer.action or case.action
    recovered = (
        case.amount_recovered if answer.amount_recovered is None else answer.amount_recovered
    )
    evidence = answer.evidence_reference
    # Whatever the reason will be: most is asked for where the finding stands, least where it was
    # put right before.
    reasons = ("confirmed", states.FIXED_BEFORE) if "reason" in unfit else (reason,)
    lacking = [
        states.missing_for_close_out(
            case.close_out_needs,
            verdict,
            reason=each,
            action=action,
            amount_recovered=recovered,
            evidence_reference=evidence if says_something(evidence) else case.evidence_reference,
        )
        for each in reasons
    ]
    missing = [
        need
        for need in lacking[0]
        if all(need in each for each in lacking) and _COLUMN_OF.get(need, need) not in unfit
    ]
    if missing:
        listed = "、".join(words.CLOSE_OUT_NEEDS[need] for need in missing)
        empty = "evidence" in missing and evidence is not None
        otherwise = (
            "，或将“办理进展”留空。"
            if verdict == "not_confirmed"
            else "；还在整改的，“办理进展”改选“整改中”。"
        )
        return Refusal(
            f"close_out_incomplete: {', '.join(missing)}",
            f"“办理进展”栏选了“已办结”，按办结标准还缺：{listed}。请填写这些栏目后再退回{otherwise}"
            + (
                f"“佐证材料”栏所填“{one_line(evidence or '', LONGEST_QUOTE)}”没有指明任何材料，"
                "请写明材料名称或文号。"
                if empty
                else ""
            ),
        )
    asked = states.asked_of_close_out(case.close_out_needs, verdict, reason=reason, action=action)
    if "amount_recovered" not in asked or recovered is None or not case.least_recovery:
        return None
    if {"reason", "amount_recovered", "note"}.intersection(unfit) or states.is_accounted_for(
        recovered, case.least_recovery, verdict, answer.note, case.note
    ):
        return None
    return Refusal(
        "close_out_incomplete: explanation",
        f"退缴金额 {recovered:,.2f} 元少于应退缴的 {abs(case.least_recovery):,.2f} 元：结论改为"
        "“部分属实”，或在“情况说明”栏写明未退缴部分的原因后再办结。",
    )
