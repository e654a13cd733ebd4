"""What bodies are told of an alert that others deal with, and who may know of a lead."""

from datetime import date

import openpyxl

from alert_district import MONDAY, TUESDAY, WEDNESDAY, District
from returned_forms import Line, land, lines_of, returned, run

THURSDAY = date(2025, 9, 4)
CLOSED = {
    "verdict": "属实",
    "reason": "问题属实",
    "action": "退缴资金",
    "amount_recovered": "100.00",
    "evidence_reference": "缴款书 7 号",
    "progress": "已办结",
}
LEAD = "已转问题线索（青禾镇纪委，2025-09-02）"
ENDED = "已核实销号，无需再处理"


def form(district: District, body: str, day: date) -> Line:
    """The one line of the form that a body was sent."""
    path = district.settings.outbox / body / day.isoformat() / "alerts.xlsx"
    (line,) = returned(path)
    return line


def why_gone(district: District, body: str, day: date) -> list[str]:
    """Why alerts need not be dealt with any more, as sheet 说明 says it at its end."""
    path = district.settings.outbox / body / day.isoformat() / "alerts.xlsx"
    lines = [*openpyxl.load_workbook(path)["说明"].iter_rows(values_only=True)]
    first = next(n for n, line in enumerate(lines) if line[0] == "预警编号")
    return [str(line[-1]) for line in lines[first + 1 :]]


def test_a_lead_is_told_the_offices_of_the_commission_and_nobody_else(district: District) -> None:
    district.hit("CARD-001", "T1")
    district.hit("REC-001", "A/2025/09/1")
    district.hit("ATT-001", "A/2025/09/2")
    run(district, MONDAY)
    path = district.settings.outbox / "TC01" / MONDAY.isoformat() / "alerts.xlsx"
    lead = {"verdict": "属实", "action": "转问题线索"}
    land(district, TUESDAY, [{**line, **lead} for line in lines_of(path.name, path.read_bytes())])
    run(district, TUESDAY)
    assert {state for (state,) in district.rows("select state from ops.alert")} == {
        "transferred_as_lead"
    }
    assert why_gone(district, "SO1", TUESDAY) == [LEAD]
    assert why_gone(district, "TC01", TUESDAY) == [LEAD] * 3
    for body in ("U002", "RG01"):
        assert why_gone(district, body, TUESDAY) == [ENDED]
    told = district.rows("select body_code, content::text from ops.delivery")
    assert {body for body, content in told if "transferred" in content} == {"SO1", "TC01"}


def test_other_ends_are_told_by_whom_and_when(district: District) -> None:
    district.hit("CARD-001", "T1")
    run(district, MONDAY)
    line = form(district, "TC01", MONDAY)
    land(district, TUESDAY, [{**line, **CLOSED}])
    run(district, TUESDAY)
    assert why_gone(district, "SO1", TUESDAY) == ["已核实销号（青禾镇纪委，2025-09-02）"]


def test_an_office_that_is_the_unit_itself_is_told_what_a_unit_is(district: District) -> None:
    # The commission keeps books too; its own yellow alerts are its staff's, verified by others.
    district.run("delete from staging.stg_supervision__jurisdiction where agency_code = 'F003'")
    district.jurisdiction("F003", "TC01", "DG01", "RG01", "SO1")
    district.hit("ATT-001", "A/2025/09/1", agency="F003")
    run(district, MONDAY)
    assert form(district, "TC01", MONDAY)["role_shown"] == "处置"
    line = form(district, "DG01", MONDAY)
    land(district, TUESDAY, [{**line, "verdict": "属实", "action": "转问题线索"}])
    run(district, TUESDAY)
    assert why_gone(district, "TC01", TUESDAY) == [ENDED]
    assert why_gone(district, "DG01", TUESDAY) == ["已转问题线索（驻财政局纪检监察组，2025-09-02）"]


def test_what_is_sent_back_waits_for_who_disposes_of_it(district: District) -> None:
    district.hit("ATT-001", "A/2025/09/1")
    run(district, MONDAY)
    land(district, TUESDAY, [{**form(district, "U002", MONDAY), **CLOSED}])
    run(district, TUESDAY)
    verifier = form(district, "TC01", TUESDAY)
    assert verifier["task_shown"] == "待核实"
    assert form(district, "U002", TUESDAY)["task_shown"] == "已反馈"
    # As its form says what to do if it is not put right.
    assert "没有到位的，填核实结论，办理进展选“整改中”" in verifier["answers_shown"]
    again = {"verdict": "属实", "progress": "整改中", "note": "缴款书是复印件"}
    land(district, WEDNESDAY, [{**verifier, **again}])
    run(district, WEDNESDAY)
    unit = form(district, "U002", WEDNESDAY)
    assert unit["task_shown"] == "待补正"
    assert "核实单位认定问题存在、整改尚未到位" in unit["answers_shown"]
    assert "复印件" not in unit["answers_shown"]
    assert form(district, "TC01", WEDNESDAY)["task_shown"] == "处置中"
    land(
        district,
        THURSDAY,
        [{**unit, "progress": "已办结", "evidence_reference": "缴款书 7 号原件"}],
    )
    run(district, THURSDAY)
    assert form(district, "U002", THURSDAY)["task_shown"] == "已反馈"
    assert form(district, "TC01", THURSDAY)["task_shown"] == "待核实"


def test_who_answered_reads_since_when_the_rule_no_longer_finds_it(district: District) -> None:
    for subject in ("A/2025/09/1", "A/2025/09/2"):
        district.hit("ATT-001", subject)
    run(district, MONDAY)
    path = district.settings.outbox / "U002" / MONDAY.isoformat() / "alerts.xlsx"
    answers = [{**line, "verdict": "属实", "progress": "整改中"} for line in returned(path)]
    land(district, TUESDAY, answers)
    for subject, because in (("A/2025/09/1", "gone"), ("A/2025/09/2", "new_thresholds")):
        district.clear("ATT-001", subject, on=WEDNESDAY)
        district.add("marts.mart_rule_hit_history", "ATT-001", subject, MONDAY, WEDNESDAY, because)
    run(district, TUESDAY, WEDNESDAY, THURSDAY)
    for day, told in ((TUESDAY, 0), (WEDNESDAY, 1), (THURSDAY, 1)):
        path = district.settings.outbox / "U002" / day.isoformat() / "alerts.xlsx"
        lines = [line["answers_shown"] for line in returned(path)]
        assert len(lines) == 2
        assert sum("系统自 2025-09-03 起已不再发现这一疑点" in line for line in lines) == told
