"""What a filled-in line does to an alert, and what it is refused for."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyan.alerts import words
from huiyan.alerts.states import STATES, is_legal
from huiyan.returns.accept import _Alert, _too_late
from huiyan.returns.judge import Answer, Case, judge, read_date
from huiyan.returns.record import Line

OPENED, TODAY = date(2025, 9, 1), date(2025, 9, 10)
NEEDS = ("action", "evidence", "amount_recovered")
CASE = Case(state="delivered", role="dispose", opened_on=OPENED, close_out_needs=NEEDS)
VERIFIER = replace(CASE, role="verify")
FOUND = Answer(verdict="confirmed", reason="confirmed")
WHOLE = replace(
    FOUND,
    progress="closed",
    action="return_money",
    amount_recovered=Decimal("100.00"),
    evidence_reference="收据 12",
)


def due(least: str | None, most: str | None = None) -> dict[str, Decimal | None]:
    """What goes back of a finding that is true, `least` where nothing else is said."""
    most = most or least
    return {
        "least_recovery": None if least is None else Decimal(least),
        "most_recovery": None if most is None else Decimal(most),
    }


def states(answer: Answer, case: Case) -> list[str]:
    taken, refusals = judge(answer, case, latest=TODAY)
    assert not refusals, refusals
    return [step.to_state for step in taken]


def refused(answer: Answer, case: Case) -> list[str]:
    taken, refusals = judge(answer, case, latest=TODAY)
    assert not taken
    for refusal in refusals:
        assert re.fullmatch(r"[a-z_:, ]+", refusal.code)
        assert re.search("[\u4e00-\u9fff]", refusal.text)
        assert not re.search("[A-Za-z]", refusal.text)
    return [refusal.code for refusal in refusals]


def test_a_verdict_takes_the_steps_before_it_along() -> None:
    taken, _ = judge(FOUND, CASE, latest=TODAY)
    assert [(step.event, step.to_state, step.implied_by) for step in taken] == [
        ("acknowledged", "acknowledged", "verdict"),
        ("verifying", "verifying", "verdict"),
        ("verdict", "confirmed", None),
    ]


def test_who_disposes_does_not_close() -> None:
    assert states(WHOLE, CASE)[-1] == "rectifying"
    assert states(WHOLE, VERIFIER)[-2:] == ["rectifying", "closed"]
    untrue = Answer(verdict="not_confirmed", reason="data_wrong", progress="closed")
    assert states(untrue, CASE)[-1] == "not_confirmed"
    lead = replace(FOUND, action="transfer_as_lead")
    assert states(lead, CASE)[-1] == "confirmed"
    assert states(lead, VERIFIER)[-1] == "transferred_as_lead"


def test_the_verifying_bodys_verdict_stands() -> None:
    judged = replace(CASE, state="confirmed", verdict="confirmed", is_judged_by_verifier=True)
    untrue = Answer(verdict="not_confirmed", reason="data_wrong")
    assert refused(untrue, judged) == ["verdict_of_the_verifier_stands"]
    assert states(untrue, replace(judged, role="verify")) == ["not_confirmed"]
    assert states(Answer(progress="rectifying"), judged) == ["rectifying"]


@pytest.mark.parametrize(
    ("lacking", "code"),
    [
        ({"action": None}, "action"),
        ({"action": "none_needed"}, "action"),
        ({"evidence_reference": None}, "evidence"),
        ({"amount_recovered": None}, "amount_recovered"),
        (
            {"amount_recovered": Decimal(0), "evidence_reference": None},
            "evidence, amount_recovered",
        ),
    ],
)
def test_a_close_out_that_lacks_something_is_refused(lacking: dict[str, object], code: str) -> None:
    answer = replace(WHOLE, **lacking)  # type: ignore[arg-type]
    assert refused(answer, VERIFIER) == [f"close_out_incomplete: {code}"]


def test_what_was_said_before_counts_for_the_close_out() -> None:
    said = replace(
        VERIFIER,
        state="rectifying",
        verdict="confirmed",
        reason="confirmed",
        action="return_money",
        amount_recovered=Decimal("100.00"),
        evidence_reference="收据 12",
    )
    assert states(Answer(progress="closed"), said) == ["closed"]
    assert refused(Answer(progress="closed"), replace(said, amount_recovered=None)) == [
        "close_out_incomplete: amount_recovered"
    ]
    fixed = replace(said, reason="fixed_before_notice", action=None, amount_recovered=None)
    assert states(Answer(progress="closed"), fixed) == ["closed"]


@pytest.mark.parametrize(
    ("said", "case", "code"),
    [
        ({"amount_recovered": Decimal("100.01")}, {}, "more than the alert is about"),
        ({"amount_recovered": Decimal("0.01")}, {}, "explanation"),
        ({"amount_recovered": Decimal("0.01"), "note": " 略。"}, {}, "explanation"),
        ({"amount_recovered": Decimal("99.99"), "note": "其余已抵扣"}, {}, None),
        ({"amount_recovered": Decimal("99.99")}, {"note": "其余已抵扣"}, None),
        ({"amount_recovered": Decimal("0.01"), "verdict": "partly"}, {}, None),
        ({"amount_recovered": Decimal(0), "verdict": "partly"}, {}, "amount_recovered"),
        ({"amount_recovered": Decimal("100.00")}, {}, None),
        ({"amount_recovered": Decimal("100.00")}, due("-100.00"), None),
        ({"amount_recovered": Decimal("900.00")}, due(None), None),
        ({"amount_recovered": Decimal("320.00")}, due("320.00", "1500.00"), None),
        ({"amount_recovered": Decimal("319.99")}, due("320.00", "1500.00"), "explanation"),
        ({"amount_recovered": Decimal("1500.00")}, due("320.00", "1500.00"), None),
        (
            {"amount_recovered": Decimal("1500.01")},
            due("320.00", "1500.00"),
            "more than the alert is about",
        ),
        ({"amount_recovered": Decimal("0.01")}, due(None, "1500.00"), None),
        ({"amount_recovered": Decimal("900.00")}, due("0"), None),
        (
            {"amount_recovered": Decimal("0.01"), "action": "correct_books"},
            {"close_out_needs": ("action", "evidence")},
            None,
        ),
        ({"evidence_reference": "\u3164"}, {}, "evidence"),
        ({"evidence_reference": "无"}, {}, "evidence"),
        ({"evidence_reference": "-"}, {"evidence_reference": "收据 12"}, None),
    ],
)
def test_a_close_out_is_held_against_the_alert(
    said: dict[str, object], case: dict[str, object], code: str | None
) -> None:
    answer = replace(WHOLE, **said)  # type: ignore[arg-type]
    about = replace(VERIFIER, **{**due("100.00"), **case})  # type: ignore[arg-type]
    if code is None:
        assert states(answer, about)[-1] == "closed"
    else:
        assert refused(answer, about)[0].endswith(f": {code}")


def test_a_word_for_none_is_named_to_the_sender() -> None:
    _, (refusal,) = judge(replace(WHOLE, evidence_reference="无"), VERIFIER, latest=TODAY)
    assert "缺：佐证材料" in refusal.text
    assert "请写明材料名称或文号" in refusal.text


@pytest.mark.parametrize(
    ("answer", "case", "codes"),
    [
        (Answer(note="查过了"), CASE, ["nothing_said"]),
        (Answer(verdict="partly"), CASE, ["reason: missing"]),
        (
            Answer(verdict="confirmed", reason="rule_wrong", verified_on="上周"),
            CASE,
            ["reason: does not go with the verdict", "verified_on: not a date"],
        ),
        (
            Answer(verdict="not_confirmed", reason="fixed_before_notice"),
            CASE,
            ["reason: does not go with the verdict"],
        ),
        (
            replace(FOUND, verified_on="2025-08-31"),
            CASE,
            ["verified_on: before the alert was opened"],
        ),
        (replace(FOUND, verified_on="2025-09-11"), CASE, ["verified_on: after the return"]),
        (replace(FOUND, amount_recovered=Decimal(-1)), CASE, ["amount_recovered: negative"]),
        (Answer(progress="closed"), VERIFIER, ["illegal_transition: delivered to closed"]),
        (Answer(progress="rectifying"), CASE, ["illegal_transition: delivered to rectifying"]),
        (Answer(progress="acknowledged"), replace(CASE, state="verifying"), ["said_already"]),
        (Answer(progress="verifying"), replace(CASE, state="verifying"), ["said_already"]),
        (Answer(progress="verifying"), replace(VERIFIER, state="rectifying"), ["said_already"]),
        (
            Answer(progress="verifying", evidence_reference="收据 12"),
            replace(CASE, state="verifying"),
            ["nothing_new"],
        ),
        (
            replace(FOUND, verified_on="上周"),
            replace(CASE, state="closed"),
            ["illegal_transition: closed to confirmed"],
        ),
        (
            FOUND,
            replace(CASE, state="auto_resolved"),
            ["illegal_transition: auto_resolved to confirmed"],
        ),
        (FOUND, replace(VERIFIER, state="closed"), ["illegal_transition: closed to confirmed"]),
        (
            Answer(progress="rectifying"),
            replace(CASE, state="not_confirmed", verdict="not_confirmed"),
            ["illegal_transition: not_confirmed to rectifying"],
        ),
    ],
)
def test_what_is_refused(answer: Answer, case: Case, codes: list[str]) -> None:
    assert refused(answer, case) == codes


@pytest.mark.parametrize(
    ("known", "turned"), [("confirmed", "not_confirmed"), ("not_confirmed", "partly")]
)
def test_what_proved_the_contrary_proves_nothing(known: str, turned: str) -> None:
    case = replace(
        VERIFIER,
        state="rectifying" if known == "confirmed" else known,
        verdict=known,
        reason="confirmed" if known == "confirmed" else "data_wrong",
        action="explained",
        evidence_reference="收据 12",
        close_out_needs=("action", "evidence"),
    )
    reason = "rule_wrong" if turned == "not_confirmed" else "confirmed"
    contrary = Answer(verdict=turned, reason=reason, progress="closed")
    lacking = "evidence" if turned == "not_confirmed" else "action, evidence"
    assert refused(contrary, case) == [f"close_out_incomplete: {lacking}"]
    proven = replace(contrary, action="explained", evidence_reference="缴款书7号")
    assert states(proven, case)[-1] == "closed"
    alert = _Alert(("evidence",), case.state, OPENED, None)
    alert.learn({"evidence_reference": "收据 12", "action": "explained"}, known)
    alert.learn({"reason": reason}, turned)
    assert (alert.evidence_reference, alert.action) == (None, None)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "9月15日",
            "“9月15日”读作 2024-09-15，早于预警产生的日期 2025-09-01（2025-09-15 还没有到）："
            "请核对，并写全年、月、日。",
        ),
        ("2月29日", "“2月29日”读作 2024-02-29，早于预警产生的日期 2025-09-01。"),
        ("2025-08-31", "“2025-08-31”早于预警产生的日期 2025-09-01。"),
        ("2025/8/31", "“2025/8/31”读作 2025-08-31，早于预警产生的日期 2025-09-01。"),
        (
            "2025-09-11",
            "“2025-09-11”还没有到：这份表格最迟 2025-09-10 退回，核实日期不能晚于退回的那天。",
        ),
        ("2025-02-30", "“2025-02-30”不是日期：没有 2 月 30 日。"),
        ("2025-02-29", "“2025-02-29”不是日期：2025 年没有 2 月 29 日。"),
        ("13月1日", "“13月1日”不是日期：没有 13 月。"),
        (
            "9.1",
            "“9.1”可能是 9 月 1 日，也可能是 9 月 10 日，请写全年、月、日，例如 2025-09-01。",
        ),
        ("上周", "“上周”看不出是哪一天，请写全年、月、日，例如 2025-09-01。"),
    ],
)
def test_a_date_is_refused_as_it_was_read(written: str, told: str) -> None:
    _, (refusal,) = judge(replace(FOUND, verified_on=written), CASE, latest=TODAY)
    assert refusal.text == f"“核实日期”栏的{told}"


def test_a_date_of_either_of_two_years_asks_for_the_year() -> None:
    old = replace(CASE, opened_on=date(2024, 9, 1))
    _, (refusal,) = judge(replace(FOUND, verified_on="9月5日"), old, latest=TODAY)
    assert "没有写年份" in refusal.text


@pytest.mark.parametrize(
    ("answer", "case", "unread", "codes"),
    [
        # What the close-out lacks does not rest on the date.
        (
            replace(WHOLE, evidence_reference=None, verified_on="上周"),
            VERIFIER,
            (),
            ["verified_on: not a date", "close_out_incomplete: evidence"],
        ),
        # Whatever the reason is, evidence is asked for; whether money is rests on it.
        (
            replace(WHOLE, reason="rule_wrong", evidence_reference=None, action="correct_books"),
            VERIFIER,
            (),
            ["reason: does not go with the verdict", "close_out_incomplete: evidence"],
        ),
        (
            replace(WHOLE, amount_recovered=Decimal(-1)),
            replace(VERIFIER, **due("100.00")),
            (),
            ["amount_recovered: negative"],
        ),
        (
            replace(WHOLE, amount_recovered=None, evidence_reference=None),
            VERIFIER,
            ("amount_recovered",),
            ["close_out_incomplete: evidence"],
        ),
        (
            replace(WHOLE, evidence_reference=None),
            VERIFIER,
            ("evidence_reference",),
            [],
        ),
        (
            Answer(progress="closed", verified_on="上周"),
            VERIFIER,
            (),
            ["verified_on: not a date", "illegal_transition: delivered to closed"],
        ),
        # The verdict that cannot be read may be the one that is lacking.
        (
            Answer(progress="closed", verified_on="上周"),
            VERIFIER,
            ("verdict",),
            ["verified_on: not a date"],
        ),
        (Answer(note="查过了"), CASE, ("amount_recovered",), ["nothing_said"]),
        (Answer(), replace(CASE, state="rectifying"), ("amount_recovered",), []),
        (
            Answer(progress="verifying"),
            replace(CASE, state="verifying"),
            ("note",),
            ["said_already"],
        ),
        (
            Answer(verdict="not_confirmed", verified_on="上周"),
            replace(CASE, state="confirmed", verdict="confirmed", is_judged_by_verifier=True),
            (),
            ["verdict_of_the_verifier_stands", "reason: missing", "verified_on: not a date"],
        ),
    ],
)
def test_all_that_is_wrong_is_told_at_once(
    answer: Answer, case: Case, unread: tuple[str, ...], codes: list[str]
) -> None:
    taken, refusals = judge(answer, case, latest=TODAY, unread=unread)
    assert taken == ()
    assert [refusal.code for refusal in refusals] == codes


def test_who_answers_late_is_not_told_that_it_became_a_lead() -> None:
    ends = ("closed", "transferred_as_lead")
    refusals = [judge(FOUND, replace(CASE, state=state), latest=TODAY)[1] for state in ends]
    assert [each[0].text for each in refusals] == ["这条预警已销号，不能再反馈。"] * 2
    line = Line(1, 2, "alerts.xlsx", {}, FOUND, "a", "U1", OPENED)
    late = [_too_late(line, _Alert((), state, OPENED, None, OPENED)) for state in ends]
    assert late[0] is not None
    assert late[0] == late[1]


@pytest.mark.parametrize(
    ("answer", "case", "named"),
    [
        (Answer(progress="closed"), CASE, "“办理进展”栏选了“已办结”，但“核实结论”栏没有填"),
        (Answer(progress="closed"), VERIFIER, "“办理进展”栏选了“已办结”，但“核实结论”栏没有填"),
        (Answer(progress="rectifying"), CASE, "“办理进展”栏选了“整改中”，但“核实结论”栏没有填"),
        (
            Answer(action="transfer_as_lead"),
            VERIFIER,
            "“处理措施”栏选了“转问题线索”，但“核实结论”栏没有填",
        ),
        (
            Answer(verdict="not_confirmed", reason="data_wrong", progress="rectifying"),
            CASE,
            "“办理进展”改选“已办结”或留空；确有问题的，“核实结论”改选“属实”",
        ),
        (
            Answer(verdict="not_confirmed", reason="data_wrong", progress="closed"),
            VERIFIER,
            "按办结标准还缺：佐证材料。请填写这些栏目后再退回，或将“办理进展”留空。",
        ),
        (
            replace(WHOLE, evidence_reference=None),
            VERIFIER,
            "选了“已办结”，按办结标准还缺：佐证材料。请填写这些栏目后再退回；还在整改的，“办理进展”"
            "改选“整改中”。",
        ),
        (
            FOUND,
            replace(CASE, state="confirmed", is_judged_by_verifier=True),
            "“核实结论”和“原因”两栏留空",
        ),
    ],
)
def test_a_refusal_names_the_cells_and_the_words_of_the_sender(
    answer: Answer, case: Case, named: str
) -> None:
    _, (refusal,) = judge(answer, case, latest=TODAY)
    assert named in refusal.text
    assert "销号" not in refusal.text
    assert not refusal.is_final


def test_what_is_settled_has_nothing_to_correct() -> None:
    for state in ("closed", "transferred_as_lead", "auto_resolved"):
        _, (refusal,) = judge(WHOLE, replace(CASE, state=state), latest=TODAY)
        assert refusal.is_final, state


@pytest.mark.parametrize(
    "answer",
    [
        Answer(progress="closed"),
        Answer(progress="rectifying", note="已催办"),
        Answer(evidence_reference="收据 12"),
        Answer(amount_recovered=Decimal("100.00")),
        Answer(note="其余已抵扣"),
    ],
)
def test_what_was_lacking_may_be_handed_in_by_itself(answer: Answer) -> None:
    begun = replace(CASE, state="rectifying", verdict="confirmed", reason="confirmed")
    taken, refusals = judge(answer, begun, latest=TODAY)
    assert [(step.event, step.to_state) for step in taken] == [("rectifying", "rectifying")]
    assert not refusals


def optional(values: object) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(sorted(values))  # type: ignore[call-overload]


@given(
    st.builds(
        Answer,
        progress=optional(words.PROGRESS),
        verdict=optional(words.VERDICTS),
        reason=optional(words.REASONS),
        action=optional(words.ACTIONS),
        amount_recovered=st.none() | st.decimals("-5", "5", places=2),
        note=st.none() | st.text(),
        evidence_reference=st.none() | st.just("收据"),
        verified_on=st.none() | st.text() | st.just("2025-09-03"),
    ),
    st.builds(
        Case,
        state=st.sampled_from(STATES),
        role=st.sampled_from(("dispose", "verify")),
        opened_on=st.just(OPENED),
        is_judged_by_verifier=st.booleans(),
        verdict=optional(words.VERDICTS),
        close_out_needs=st.just(NEEDS),
    ),
)
def test_any_answer_is_either_taken_legally_or_refused_with_a_reason(
    answer: Answer, case: Case
) -> None:
    taken, refusals = judge(answer, case, latest=TODAY)
    assert bool(taken) != bool(refusals)
    state = "delivered" if case.state in ("open", "reopened") else case.state
    for step in taken:
        assert is_legal(state, step.to_state) or step.to_state == state
        state = step.to_state


@pytest.mark.parametrize(
    "text",
    ["2025-09-03", "2025/9/3", "2025.9.3", "2025年9月3日", "20250903", " 2025-9-3 00:00:00",
     "2025年9月3号", "2025 年 9 月 3 日", "2025—9—3", "2025–09–03", "2025——9——3",
     "２０２５年９月３日", "２０２５－０９－０３", "2025。9。3", "25年9月3日", "2025-09-03 09:30",
     "2025-09-03 09:30:15",
     "2025/9/3 下午 3:05", "2025年9月3日15：05", "2025-09-03T09:30:00"],
)  # fmt: skip
def test_dates_as_people_write_them(text: str) -> None:
    assert read_date(text) == date(2025, 9, 3)


@pytest.mark.parametrize(
    "text",
    ["", "9月3日", "2025-13-01", "03/09/2025", "2025-9/3", "45903", "2025-09-03 9", "9月", "上周"],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "earliest", "day"),
    [
        ("11月28日", date(2025, 11, 20), date(2025, 11, 28)),
        ("11月28号", date(2025, 11, 20), date(2025, 11, 28)),
        ("11.28", date(2025, 11, 20), date(2025, 11, 28)),
        ("11-28", date(2025, 11, 20), date(2025, 11, 28)),
        ("１１／２８ 09:30", date(2025, 11, 20), date(2025, 11, 28)),
        ("12月31日", date(2025, 11, 20), date(2024, 12, 31)),
        ("2月29日", date(2025, 11, 20), date(2024, 2, 29)),
        # Either of two years.
        ("11月28日", date(2024, 11, 1), None),
        # 11.30, of which a spreadsheet has lost the zero? February has no such day.
        ("11.3", date(2025, 11, 1), None),
        ("2.3", date(2025, 1, 20), date(2025, 2, 3)),
        ("13月1日", date(2025, 11, 20), None),
        ("2月30日", date(2025, 11, 20), None),
    ],
)
def test_a_date_without_its_year_is_the_last_one(
    text: str, earliest: date, day: date | None
) -> None:
    assert read_date(text, earliest=earliest, latest=date(2025, 12, 1)) == day
