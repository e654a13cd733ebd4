"""Reminders, escalation, look-back, samples and load: what the machine does when nobody answers."""

from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alert_district import MONDAY, START, TUESDAY, District
from huiyan.alerts import deadlines
from huiyan.alerts.deadlines import threshold
from huiyan.alerts.issue import issue_all
from huiyan.delivery.deliver import deliver
from huiyan.workdays import is_workday

TIERS = ("yellow", "orange", "red")
# Due dates of a yellow alert of Monday 1 September that nobody ever answers, and what follows each.
DUE, REMINDED, RAISED = date(2025, 9, 22), date(2025, 9, 23), date(2025, 9, 26)
DUE_2, REMINDED_2, RAISED_2 = date(2025, 10, 16), date(2025, 10, 17), date(2025, 10, 22)
DUE_3, REMINDED_3, RAISED_3 = date(2025, 10, 29), date(2025, 10, 30), date(2025, 11, 4)
DUE_4 = date(2025, 11, 11)


def issue(district: District, *found: date) -> None:
    district.evaluated(*found)
    issue_all(found, district.settings)


def events(district: District, *wanted: str) -> list[tuple[Any, ...]]:
    return district.rows(
        "select subject_id, event, business_date from ops.alert_event"
        " join ops.alert using (alert_id) where event = any(%s) order by 3, 1, 2",
        list(wanted),
    )


def lines(district: District, body: str, day: date) -> list[tuple[Any, ...]]:
    """Subject, role, tier, due date, marks and notices of the body's extract, latest version."""
    return district.rows(
        "select line ->> 'subject_id', line ->> 'role', line ->> 'tier', line ->> 'due_on',"
        " line -> 'marks', line -> 'notices'"
        " from (select content from ops.delivery where body_code = %s and business_date = %s"
        " order by version desc limit 1) as latest, jsonb_array_elements(content -> 'rows') as line"
        " order by 1, 2",
        body,
        day,
    )


def gone(district: District, body: str, day: date) -> list[tuple[Any, ...]]:
    return district.rows(
        "select line ->> 'subject_id', line ->> 'reason' from ops.delivery,"
        " jsonb_array_elements(content -> 'gone') as line"
        " where body_code = %s and business_date = %s order by 1",
        body,
        day,
    )


def notes(district: District, kind: str) -> list[tuple[Any, ...]]:
    return district.rows(
        "select business_date, message from ops.operations_alert"
        " where kind = %s and resolved_at is null order by 1",
        kind,
    )


def test_nobody_answers(district: District) -> None:
    """Reminder, next body, reminder, next body, reminder, the body above; and then no more."""
    district.add("staging.stg_supervision__body", "DC", "区纪委监委", "joint_department", None)
    district.run(
        "update staging.stg_supervision__body set valid_from = %s where body_code = 'DC'", START
    )
    district.run(
        "update staging.stg_supervision__body set parent_body_code = 'DC' where body_code = 'SO1'"
    )
    district.hit("ATT-001", "V1")
    # To the regulator itself: its own matter goes to the body above it, and from there further up.
    district.hit("REC-001", "V2", "F001")
    issue(district, MONDAY)
    district.answer("ATT-001", "V1", TUESDAY, "acknowledged")
    district.answer("ATT-001", "V1", date(2025, 9, 24), "verifying")
    issue(district, MONDAY, DUE, REMINDED, RAISED, DUE_2, REMINDED_2)
    assert [row for row in events(district, "reminded", "escalated") if row[0] == "V1"] == [
        ("V1", "reminded", REMINDED),
        ("V1", "escalated", RAISED),
        ("V1", "reminded", REMINDED_2),
    ]
    assert lines(district, "U002", REMINDED) == [
        (
            "V1",
            "dispose",
            "yellow",
            "2025-09-22",
            ["reminded"],
            ["已过办理期限 2025-09-22，请尽快反馈。"],
        )
    ]
    assert lines(district, "U002", DUE)[0][4:] == ([], [])
    # Somebody had begun, and no more came of it: the next body has it all the same.
    assert gone(district, "U002", RAISED) == [("V1", "escalated")]
    assert (
        "V1",
        "dispose",
        "orange",
        "2025-10-16",
        ["escalated"],
        ["前一办理单位逾期未反馈，已升级办理。"],
    ) in lines(district, "RG01", RAISED)
    assert (
        "V1",
        "verify",
        "orange",
        "2025-10-16",
        ["escalated"],
        ["前一办理单位逾期未反馈，已升级办理。"],
    ) in lines(district, "TC01", RAISED)
    # The hit is gone, but somebody has begun: it is still an alert, and goes its way.
    district.clear("ATT-001", "V1", RAISED_2)
    later = (RAISED_2, DUE_3, REMINDED_3, RAISED_3, date(2025, 11, 12), date(2025, 11, 20))
    issue(district, *later)
    steps = district.rows(
        "select from_tier, to_tier, reason_code, business_date, steps.due_on, reason"
        " from ops.alert_tier_step as steps join ops.alert using (alert_id) where subject_id = 'V1'"
        " order by business_date"
    )
    assert [step[:5] for step in steps] == [
        ("yellow", "orange", "overdue", RAISED, DUE_2),
        ("orange", "red", "overdue", RAISED_2, DUE_3),
        ("red", "red", "overdue", RAISED_3, DUE_4),
    ]
    assert steps[0][5] == "逾期未反馈：办理期限 2025-09-22，2025-09-23 已催办"
    assert [row[1:] for row in events(district, "reminded", "escalated") if row[0] == "V1"][3:] == [
        ("escalated", RAISED_2),
        ("reminded", REMINDED_3),
        ("escalated", RAISED_3),
    ]
    assert district.rows(
        "select body_code, reason, assigned_on from ops.alert_route join ops.alert using (alert_id)"
        " where subject_id = 'V1' and role = 'dispose' order by 3"
    ) == [
        ("U002", "黄色预警由单位财务人员处置", MONDAY),
        ("RG01", "按管辖关系", RAISED),
        ("SO1", "按管辖关系", RAISED_2),
        ("DC", "第一监督检查室逾期未反馈，由其上级办理", RAISED_3),
    ]
    # Who is above is told whom it stands in for, and not twice that somebody was late.
    (taken_over,) = (line for line in lines(district, "DC", RAISED_3) if line[0] == "V1")
    assert taken_over[4:] == (["escalated"], [])
    assert district.rows(
        "select line ->> 'rerouted' from ops.delivery, jsonb_array_elements(content -> 'rows') as "
        "line where body_code = 'DC' and business_date = %s and line ->> 'subject_id' = 'V1'",
        RAISED_3,
    ) == [("第一监督检查室逾期未反馈，由其上级办理",)]
    # Recused and overdue: SO2 stands in for the regulator, has it by rights when it is red, and
    # nobody is above.
    assert district.rows(
        "select body_code, reason from ops.alert_route join ops.alert using (alert_id)"
        " where subject_id = 'V2' and role = 'dispose' order by assigned_on"
    ) == [
        ("SO2", "回避：事涉财政局自身，由其上级办理"),
        ("default-office", "第二监督检查室逾期未反馈且没有上级，由区纪委监委办理"),
    ]
    assert district.routes("REC-001", "V2")["verify"] == "DG01"
    assert notes(district, "no_independent_body") == []
    assert district.rows(
        "select as_of, tier, dispose_body_code, due_on, age_workdays, workdays_to_due, reminded_on,"
        " escalated_on, answered_on, age_bucket, due_bucket from marts.mart_alert_ageing"
        " where rule_id = 'ATT-001'"
    ) == [(later[-1], "red", "DC", DUE_4, 54, -7, REMINDED_3, RAISED_3, None, "over 30", "overdue")]
    assert {row[0] for row in notes(district, "silent_body")} == {
        DUE,
        REMINDED,
        RAISED,
        DUE_2,
        REMINDED_2,
        *later,
    }


def test_an_answer_stops_the_clock(district: District) -> None:
    for subject in ("V1", "V2", "V3"):
        district.hit("ATT-001", subject)
    issue(district, MONDAY)
    district.answer("ATT-001", "V1", DUE, "not_confirmed")
    issue(district, DUE, REMINDED)
    district.answer("ATT-001", "V2", RAISED, "confirmed")
    # Raised by another rule on the day before the next body would have it anyway: its full time.
    for rule in ("INV-001", "REC-001"):
        district.hit(rule, "V3", since=date(2025, 9, 25))
    issue(district, date(2025, 9, 25), RAISED)
    assert events(district, "reminded", "escalated") == [
        ("V2", "reminded", REMINDED),
        ("V3", "reminded", REMINDED),
    ]
    assert district.rows(
        "select tier, due_on from ops.alert where rule_id = 'ATT-001' and subject_id = 'V3'"
    ) == [("orange", date(2025, 10, 15))]
    # What the body closed is gone from its list, and stays so while the hit lasts.
    district.answer("ATT-001", "V1", date(2025, 9, 28), "closed")
    district.answer("ATT-001", "V2", date(2025, 9, 28), "transferred_as_lead")
    issue(district, date(2025, 9, 28), date(2025, 9, 29))
    for day in (date(2025, 9, 28), date(2025, 9, 29)):
        assert {line[0] for line in lines(district, "U002", day)} <= {"V3"}
    assert gone(district, "U002", date(2025, 9, 28)) == [("V1", "answered"), ("V2", "answered")]
    assert district.rows(
        "select subject_id, state, resolved_on from ops.alert where subject_id in ('V1', 'V2')"
        " order by 1"
    ) == [
        ("V1", "closed", date(2025, 9, 28)),
        ("V2", "transferred_as_lead", date(2025, 9, 28)),
    ]


def test_a_new_hit_in_the_unit_reopens_the_case(district: District) -> None:
    closed = date(2025, 9, 3)
    within, after = date(2026, 9, 3), date(2026, 9, 4)
    for subject in ("V1", "V2", "V3", "V4"):
        district.hit("ATT-001", subject, agency="F003" if subject == "V3" else "F002")
    issue(district, MONDAY)
    for subject, verdict in (("V1", "partly"), ("V2", "not_confirmed"), ("V3", "confirmed")):
        district.answer("ATT-001", subject, TUESDAY, verdict)
        district.answer("ATT-001", subject, closed, "closed")
    district.clear("ATT-001", "V2", date(2025, 9, 4))
    issue(district, TUESDAY, closed, date(2025, 9, 4))
    # V2 was no problem: that it is hit again is no recurrence of it, but of V1 in the unit.
    district.hit("ATT-001", "V2", since=date(2025, 9, 5))
    district.hit("INV-001", "V5", since=date(2025, 9, 5))
    issue(district, date(2025, 9, 5))
    district.answer("ATT-001", "V2", date(2025, 9, 8), "confirmed")
    district.answer("ATT-001", "V2", date(2025, 9, 8), "closed")
    district.hit("ATT-001", "V6", since=date(2025, 9, 9))
    issue(district, date(2025, 9, 8), date(2025, 9, 9), within)
    district.hit("ATT-001", "V7", agency="F003", since=after)
    issue(district, after)
    names = dict(district.rows("select alert_id, subject_id from ops.alert"))
    recurrences = district.rows(
        "select alert_id, opened_on, case_id, former_alert_id, former_closed_on"
        " from ops.alert_recurrence order by 2"
    )
    assert [
        (names[alert], opened, names[case], names[former], on)
        for alert, opened, case, former, on in recurrences
    ] == [
        ("V2", date(2025, 9, 5), "V1", "V1", closed),
        ("V6", date(2025, 9, 9), "V1", "V2", date(2025, 9, 8)),
    ]
    assert events(district, "reopened", "looked_back") == [
        ("V1", "looked_back", date(2025, 9, 5)),
        ("V2", "reopened", date(2025, 9, 5)),
        ("V2", "looked_back", date(2025, 9, 9)),
        ("V6", "reopened", date(2025, 9, 9)),
        ("V3", "looked_back", after),
    ]
    assert dict(
        district.rows(
            "select subject_id, detail ->> 'result' from ops.alert_event join ops.alert"
            " using (alert_id) where event = 'looked_back'"
        )
    ) == {"V1": "recurred", "V2": "recurred", "V3": "quiet"}
    (line,) = (row for row in lines(district, "U002", date(2025, 9, 5)) if row[0] == "V2")
    assert line[4] == ["recurred"]
    assert line[5][0].startswith("整改复查期内同类问题再次出现：前次预警 ")
    assert line[5][0].endswith("于 2025-09-03 销号。")
    assert (
        district.value(
            "select content -> 'rows' -> 0 ->> 'state' from ops.delivery"
            " where body_code = 'U002' and business_date = '2025-09-09' order by version desc"
        )
        == "reopened"
    )


def test_what_is_withheld_or_resolved_is_checked_by_sample(district: District) -> None:
    friday, next_monday, next_tuesday = date(2025, 9, 5), date(2025, 9, 8), date(2025, 9, 9)
    for number in range(101):
        district.hit("ATT-001", f"V{number:03d}", since=TUESDAY)
    district.hit("REC-001", "R1", until=friday)
    # The unit's verifying body is concerned itself: the one above it checks the sample.
    district.jurisdiction("F009", "TC01", "TC01", "RG01", "SO1")
    district.add(
        "reference.alert_suppression", "INV-001", "S1", None, "已批准", "主任", START, None
    )
    district.hit("INV-001", "S1", "F009")
    issue(district, MONDAY, TUESDAY)
    assert district.rows("select 1 from ops.alert_sample") == []
    for number in range(101):
        district.clear("ATT-001", f"V{number:03d}", friday)
    issue(district, friday, next_monday)
    # 103 of the week, of which one in a hundred, rounded up.
    drawn = district.rows(
        "select subject_id, drawn_on, samples.due_on, drawn_from from ops.alert_sample as samples"
        " join ops.alert using (alert_id) order by 1"
    )
    assert len(drawn) == 2
    assert {row[1] for row in drawn} == {next_monday}
    assert events(district, "sampled") == [(row[0], "sampled", next_monday) for row in drawn]
    found = {line[0]: line for line in lines(district, "TC01", next_monday)}
    for subject, *_ in drawn:
        assert found[subject][1] == "verify"
        assert found[subject][4] == ["sampled"]
        assert found[subject][5] == ["抽查：该疑点已由系统自动消除，请核实是否确已解决。"]
    assert (
        district.value(
            "select open_alerts from ops.alert_day where business_date = %s", next_monday
        )
        == 0
    )
    # Delivered, issued again, answered: it is the same sample, and no more once it is answered.
    assert deliver(next_monday, "TC01", district.settings).status == "delivered"
    issue(district, next_monday)
    assert deliver(next_monday, "TC01", district.settings).status == "unchanged"
    subject = drawn[0][0]
    district.answer("ATT-001", subject, next_tuesday, "confirmed", body="TC01")
    district.hit("ATT-001", drawn[1][0], since=next_tuesday)
    issue(district, next_tuesday)
    assert [line[:2] for line in lines(district, "TC01", next_tuesday)] == [(drawn[1][0], "verify")]
    assert gone(district, "TC01", next_tuesday) == []
    # A week with one of them has one sample all the same; what an exception withholds, too.
    district.add(
        "reference.alert_suppression", "STAT-001", "S2", None, "已批准", "主任", START, None
    )
    district.status("STAT-001", "trial", next_tuesday)
    district.hit("STAT-001", "S2", "F009", since=next_tuesday)
    issue(district, next_tuesday, date(2025, 9, 16))
    assert district.rows(
        "select subject_id, drawn_on, drawn_from, state from ops.alert_sample"
        " join ops.alert using (alert_id) where ended_on is null"
    ) == [("S2", date(2025, 9, 16), "suppressed", "auto_resolved")]
    assert district.routes("STAT-001", "S2") == {"verify": "SO1"}
    assert deliver(date(2025, 9, 16), "SO1", district.settings).status == "delivered"
    issue(district, date(2025, 9, 16))
    assert (
        district.rows(
            "select 1 from ops.alert_opening join ops.alert using (alert_id)"
            " where subject_id = 'S2'"
        )
        == []
    )


def test_bodies_with_too_much_or_too_quiet_are_noticed(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = {"alerts_per_person": Decimal("1.5"), "silence_days": Decimal(2)}
    monkeypatch.setattr(
        deadlines, "threshold", lambda name, day: limits.get(name) or threshold(name, day)
    )
    district.run(
        "update staging.stg_supervision__body set headcount = 2 where body_code in ('U002', 'TC01')"
    )
    for subject in ("V1", "V2", "V3", "V4"):
        district.hit("ATT-001", subject, agency="F003" if subject == "V4" else "F002")
    issue(district, MONDAY)
    (note,) = notes(district, "overloaded_body")
    assert note[0] == MONDAY
    assert "1.5 per person: TC01 4 (limit 3). All" in note[1]
    assert len(lines(district, "TC01", MONDAY)) == 4
    district.answer("ATT-001", "V1", TUESDAY, "acknowledged", body="U002")
    issue(district, TUESDAY)
    assert notes(district, "silent_body") == []
    issue(district, date(2025, 9, 3), date(2025, 9, 4))
    assert [
        (day, "receipt: TC01, U003." in text, "receipt: TC01, U002, U003." in text)
        for day, text in notes(district, "silent_body")
    ] == [(date(2025, 9, 3), True, False), (date(2025, 9, 4), False, True)]
    # Who has given a verdict on all it has owes nothing.
    district.answer("ATT-001", "V4", date(2025, 9, 5), "confirmed", body="U003")
    issue(district, date(2025, 9, 5), date(2025, 9, 10))
    assert "receipt: TC01, U002." in notes(district, "silent_body")[-1][1]


def state(district: District) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that issuing leaves, without when it was recorded."""
    return {
        "alerts": district.rows("select * from ops.alert order by alert_id"),
        "openings": district.rows("select * from ops.alert_opening order by alert_id, opened_on"),
        "steps": district.rows("select * from ops.alert_tier_step order by 1, 2, 6"),
        "routes": district.rows("select * from ops.alert_route order by 1, 2, 6"),
        "samples": district.rows("select * from ops.alert_sample order by 1, 2"),
        "withheld": district.rows("select * from ops.alert_withheld order by 1, 15"),
        "recurrences": district.rows("select * from ops.alert_recurrence order by 1, 2"),
        "events": district.rows(
            "select alert_id, business_date, event, to_state, actor, detail::text"
            " from ops.alert_event order by 1, 2, 3, 4, 6"
        ),
        "outbox": district.rows(
            "select distinct on (body_code, business_date) body_code, business_date, content_hash"
            " from ops.delivery where state = 'pending' order by 1, 2, version desc"
        ),
    }


CALENDAR = [
    *(date(2025, 9, 1), date(2025, 9, 12), date(2025, 9, 23), date(2025, 9, 28)),
    *(date(2025, 10, 9), date(2025, 10, 17), date(2025, 10, 27), date(2025, 11, 5)),
]
SUBJECTS = [("ATT-001", "V1"), ("REC-001", "V2"), ("CARD-001", "C1"), ("ATT-001", "V4")]


@settings(
    max_examples=4,
    phases=(Phase.generate,),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    order=st.permutations(CALENDAR),
    answers=st.lists(
        st.tuples(
            st.sampled_from(SUBJECTS),
            st.sampled_from(("acknowledged", "verifying", "confirmed", "rectifying", "closed")),
            st.sampled_from(CALENDAR[1:]),
        ),
        max_size=5,
    ),
)
def test_any_order_of_dates_and_any_answers(
    district: District,
    order: list[date],
    answers: list[tuple[tuple[str, str], str, date]],
) -> None:
    district.run(
        "truncate ops.evaluation, ops.alert, ops.delivery, ops.alert_day, ops.alert_withheld,"
        " marts.fct_rule_hit_spell, reference.alert_suppression cascade"
    )
    district.hit("ATT-001", "V1")
    district.hit("REC-001", "V2", until=date(2025, 9, 28))
    district.hit("CARD-001", "C1", "F001")
    district.hit("ATT-001", "V4", since=date(2025, 9, 12))
    district.hit("INV-001", "V1", since=date(2025, 10, 9))
    district.hit("REC-001", "V1", since=date(2025, 10, 9))
    district.hit("INV-001", "S1", since=date(2025, 9, 23))
    district.hit("ATT-001", "V5", since=date(2025, 10, 17))
    district.add(
        "reference.alert_suppression", "INV-001", "S1", None, "已批准", "主任", START, None
    )
    tiers: dict[str, str] = {}
    for day in CALENDAR:
        for (rule, subject), to_state, on in answers:
            if on == day:
                district.answer(rule, subject, day, to_state)
        issue(district, day)
        now = dict(district.rows("select alert_id, tier from ops.alert where resolved_on is null"))
        assert all(TIERS.index(now[key]) >= TIERS.index(tiers[key]) for key in now.keys() & tiers)
        tiers = now
    in_order = state(district)
    assert (
        district.rows(
            "select alert_id, event, coalesce(detail ->> 'tier', detail ->> 'from'), count(*)"
            " from ops.alert_event where event in ('reminded', 'escalated')"
            " group by 1, 2, 3 having count(*) > 1"
        )
        == []
    )
    assert all(
        is_workday(due)
        for (due,) in district.rows(
            "select due_on from ops.alert_tier_step union select due_on from ops.alert"
        )
    )
    district.run("truncate ops.evaluation, ops.alert_day, ops.delivery cascade")
    for day in order:
        issue(district, day)
    assert state(district) == in_order


def test_steps_of_an_earlier_version_say_the_due_date_that_held(district: District) -> None:
    district.hit("ATT-001", "V1")
    issue(district, MONDAY)
    alert = district.value("select alert_id from ops.alert")
    for tier, after, day, due in (
        ("yellow", "orange", date(2025, 9, 15), date(2025, 9, 29)),
        ("orange", "red", date(2025, 9, 15), date(2025, 9, 22)),
    ):
        district.add("ops.alert_tier_step", alert, after, tier, after, "", day, due)
    migration = import_module("huiyan.warehouse.migrations.versions.0012_deadlines")
    district.run("update ops.alert_opening set due_on = %s", date(2025, 9, 24))
    district.run(migration.DUE)
    assert district.rows("select to_tier, due_on from ops.alert_tier_step order by 1") == [
        ("orange", date(2025, 9, 24)),
        ("red", date(2025, 9, 22)),
    ]
