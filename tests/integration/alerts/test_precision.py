"""Verdicts: what they say of a rule, when it falls, what they propose, what comes back."""

import json
from datetime import date, timedelta
from itertools import permutations

from typer.testing import CliRunner

from alert_district import MONDAY, START, TUESDAY, WEDNESDAY, District
from huiyan.alerts.issue import issue, issue_all
from huiyan.rules.cli import app
from huiyan.warehouse import evaluate
from huiyan.warehouse.connection import connect

THURSDAY, FRIDAY = date(2025, 9, 4), date(2025, 9, 5)
DAYS = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)


def floors(district: District, enough: int = 4) -> None:
    for parameter, value in (("precision_floor", "0.30"), ("promotion_floor", "0.50")):
        district.add("reference.rule_parameters", "ALL", parameter, value, START, None)
    district.add("reference.rule_parameters", "ALL", "min_verdicts", enough, START, None)


def judged(district: District, rule_id: str, subjects: str, right: str, day: date) -> None:
    """Verdicts on the subjects, one letter each: confirmed for those in `right`."""
    for subject in subjects:
        state, reason = (
            ("confirmed", "confirmed") if subject in right else ("not_confirmed", "rule_wrong")
        )
        district.answer(rule_id, subject, day, state, reason)


def life(district: District, rule_id: str) -> list[tuple[object, ...]]:
    return district.rows(
        "select status, valid_from, made_by from marts.dim_rule_status "
        "where rule_id = %s and valid_from > %s order by valid_from",
        rule_id,
        START,
    )


def test_a_rule_below_its_floor_falls_one_status_and_not_again(district: District) -> None:
    floors(district)
    for rule_id in ("ATT-001", "REC-001", "INV-001", "CARD-001"):
        for subject in "abcdefghij":
            district.hit(rule_id, subject, subject_type=rule_id)
    district.evaluated(*DAYS)
    issue(MONDAY, district.settings)
    judged(district, "ATT-001", "abcd", "a", TUESDAY)
    judged(district, "REC-001", "abc", "", TUESDAY)
    # At the floor: 3 of 10.
    judged(district, "INV-001", "abcdefghij", "abc", TUESDAY)
    # The last verdict on an alert counts, and a lead without a verdict is confirmed.
    judged(district, "CARD-001", "abc", "", TUESDAY)
    district.answer("CARD-001", "a", TUESDAY, "partly", "confirmed")
    district.answer("CARD-001", "d", TUESDAY, "transferred_as_lead", None, "transferred")
    issue_all([TUESDAY, WEDNESDAY], district.settings)
    assert life(district, "ATT-001") == [("trial", WEDNESDAY, "verdicts")]
    for rule_id in ("REC-001", "INV-001", "CARD-001"):
        assert life(district, rule_id) == []
    (message,) = district.rows(
        "select message from ops.operations_alert where kind = 'rule_demoted' "
        "and business_date = %s and resolved_at is null",
        TUESDAY,
    )[0]
    assert "ATT-001 falls from fixed to trial on 2025-09-03: 1 of 4 verdicts confirmed" in message

    # From now on only verdicts since then count: three wrong ones are not enough, a fourth is.
    judged(district, "ATT-001", "efg", "", WEDNESDAY)
    issue(WEDNESDAY, district.settings)
    assert len(life(district, "ATT-001")) == 1
    judged(district, "ATT-001", "h", "", WEDNESDAY)
    issue_all([WEDNESDAY, THURSDAY], district.settings)
    assert life(district, "ATT-001") == [
        ("trial", WEDNESDAY, "verdicts"),
        ("shadow", THURSDAY, "verdicts"),
    ]
    # Those on which nobody has begun end and say why; those with a verdict are a person's.
    assert district.rows(
        "select subject_id, state, resolved_on from ops.alert where rule_id = 'ATT-001' "
        "and subject_id in ('a', 'i') order by 1"
    ) == [("a", "confirmed", None), ("i", "auto_resolved", THURSDAY)]
    shown = CliRunner().invoke(app, ["show", "ATT-001"]).output
    assert "2025-09-04 起：只记录不推送（shadow），第 1 版" in shown
    assert "自动降级" in shown

    # A person's later entry holds, and so does one that is dated back to what it decides on.
    district.status("ATT-001", "trial", FRIDAY)
    assert life(district, "ATT-001")[-1] == ("trial", FRIDAY, "office 2")
    district.status("ATT-001", "fixed", TUESDAY)
    assert [status for status, *_ in life(district, "ATT-001")] == ["fixed", "trial"]


def test_dates_in_any_order_end_with_the_same_demotions(district: District) -> None:
    floors(district, 2)
    for rule_id, subjects in (("ATT-001", "abcdef"), ("INV-001", "ab")):
        for subject in subjects:
            district.hit(rule_id, subject)
    district.evaluated(*DAYS)
    issue_all(DAYS, district.settings)
    judged(district, "ATT-001", "ab", "", TUESDAY)
    judged(district, "ATT-001", "cd", "", WEDNESDAY)
    judged(district, "INV-001", "ab", "", WEDNESDAY)
    ends = set()
    for order in (DAYS, DAYS[::-1], *list(permutations(DAYS))[5:20:7]):
        for day in order:
            issue(day, district.settings)
        ends.add(
            json.dumps(
                district.rows(
                    "select * from ops.rule_demotion order by rule_id, valid_from",
                ),
                default=str,
            )
        )
    assert len(ends) == 1
    assert [row[:2] for row in life(district, "ATT-001")] == [
        ("trial", WEDNESDAY),
        ("shadow", THURSDAY),
    ]
    assert [row[:2] for row in life(district, "INV-001")] == [("shadow", THURSDAY)]


def test_marts_and_the_command_tell_what_verdicts_say(district: District) -> None:
    floors(district)
    for rule_id, subjects in (("ATT-001", "abcd"), ("INV-001", "efghi")):
        for subject in subjects:
            district.hit(rule_id, subject)
    district.rests_on("ATT-001", "a", "2", {})
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    judged(district, "INV-001", "efghi", "efghi", MONDAY)
    judged(district, "ATT-001", "a", "a", MONDAY)
    district.answer("ATT-001", "b", MONDAY, "not_confirmed", "exception_approved")
    district.answer("ATT-001", "c", MONDAY, "not_confirmed", "change_rule")
    district.answer("ATT-001", "d", MONDAY, "not_confirmed", "fixed_before_notice")
    district.run(
        "insert into ops.alert_event (alert_id, event, actor, business_date) select alert_id, "
        "'sampled', 'machine', %s from ops.alert where rule_id = 'ATT-001' and subject_id = 'd'",
        MONDAY,
    )
    with connect(district.settings, role="huiyan_read") as connection:
        figures = connection.execute(
            "select rule_id, verdicts, precision::text, precision_without_fixed::text, "
            "sample_verdicts, sample_precision::text from marts.mart_rule_performance order by 1"
        ).fetchall()
    assert figures == [
        ("ATT-001", 4, "0.2500", "0.3333", 1, "0.0000"),
        ("INV-001", 5, "1.0000", "1.0000", 0, None),
    ]
    said = CliRunner().invoke(app, ["proposals"]).output.splitlines()
    rows = [line.split() for line in said]
    assert ["INV-001", "1", "fixed", "5", "100%", "57%"] in rows
    (excepted,) = (line for line in rows if line[2:3] == [MONDAY.isoformat()] and line[-1] == "b")
    assert excepted[0] == "ATT-001"
    assert "FF002" in excepted
    assert any(line[2:3] == [MONDAY.isoformat()] and line[-1] == "c" for line in rows)


def test_what_comes_back_raises_the_tier_and_is_no_alert(district: District) -> None:
    district.hit("ATT-001", "new")
    district.hit("ATT-001", "other")
    district.hit("LOOP-002", "hit-ATT-001-new", subject_type="hit", since=TUESDAY)
    district.run(
        "update marts.fct_rule_hit_spell set evidence = %s where rule_id = 'LOOP-002'",
        json.dumps({"closed_on": "2025-08-01", "days_since_closing": 31}),
    )
    district.evaluated(*DAYS)
    issue_all([MONDAY, TUESDAY, WEDNESDAY], district.settings)
    assert district.rows("select subject_id, tier from ops.alert order by 1") == [
        ("new", "orange"),
        ("other", "yellow"),
    ]
    steps = "select business_date, reason_code, reason from ops.alert_tier_step"
    reason = "办结后再次发生：同类疑点经核实属实，2025-08-01 办结，31 天后又出现"
    assert district.rows(steps) == [(TUESDAY, "recurrence", reason)]
    # While the rule is a shadow it raises nothing.
    district.status("LOOP-002", "shadow", MONDAY)
    issue(MONDAY, district.settings)
    assert district.rows(steps) == []


def test_answers_that_come_late_make_the_dates_they_bear_on_stale(district: District) -> None:
    district.hit("ATT-001", "a")
    district.evaluated(*DAYS)
    issue_all(DAYS, district.settings)

    def stale(day: date) -> list[date]:
        with connect(district.settings, role="huiyan_build") as connection:
            return evaluate._stale_dates(connection, day, "code", in_full=False)

    assert stale(THURSDAY) == [THURSDAY]
    district.answer("ATT-001", "a", TUESDAY, "confirmed", "confirmed")
    assert stale(THURSDAY) == [THURSDAY]
    district.answer("ATT-001", "a", TUESDAY, "closed", None, "closed")
    assert stale(THURSDAY + timedelta(days=1)) == [WEDNESDAY, THURSDAY, FRIDAY]


def test_a_case_is_delivered_with_what_it_gathers(district: District) -> None:
    district.hit("LOOP-001", "RG01:ATT-001", "F001", subject_type="regulator_rule")
    for subject, agency in (("a", "F002"), ("b", "F003")):
        district.hit("ATT-001", subject, agency, since=TUESDAY)
    district.hit("REC-001", "c", "F002")
    district.evaluated(MONDAY, TUESDAY)
    issue_all([MONDAY, TUESDAY], district.settings)
    gathered = dict(
        district.rows(
            "select body_code, content -> 'cases' from ops.delivery where business_date = %s",
            TUESDAY,
        )
    )
    for body in ("SO2", "DG01"):
        assert [(each["subject_id"], each["total"]) for each in gathered[body]] == [
            ("a", 2),
            ("b", 2),
        ]
    assert gathered["TC01"] is None
