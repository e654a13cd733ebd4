"""Complaints, rectifications and findings of other departments, from landing to alert and mart."""

import json
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner

from huiyan.alerts.issue import issue
from huiyan.case.cli import app
from huiyan.case.search import search
from huiyan.delivery.extract import Extract
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate
from huiyan.warehouse.migrate import migrate
from landed import accept, accept_day, accept_references
from landing_zone import bodies, jurisdictions, voucher

DAY = date(2025, 9, 1)
HIT = "AF002/2025/07/记0001"
PROBLEM = {
    "problem_no": "P1",
    "platform": "财务",
    "agency_code": "F002",
    "problem_class": "会计核算",
    "problem": "附件不齐",
    "measure": "补齐附件",
    "found_on": "2025-03-01",
    "due_on": "2025-06-30",
    "claimed_closed_on": "2025-07-01",
}
FINDING = {
    "finding_no": "J1",
    "department": "审计",
    "platform": "国库",
    "agency_code": "T002",
    "matter_class": "会计核算",
    "period_from": "2025-07-01",
    "period_to": "2025-07-31",
    "finding": "报销附件不全",
    "conclusion": "属实",
    "concluded_on": "2025-08-20",
    "document_no": "审〔2025〕7号",
}
COMPLAINT = {
    "complaint_no": "XF1",
    "platform": "finance",
    "agency_code": "F002",
    "received_on": "2025-08-01",
    "matter_class": "bookkeeping",
    "status": "open",
}


@pytest.fixture
def judged(warehouse: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """One day of a town that receives the three optional feeds."""
    monkeypatch.setenv("HUIYAN_FEEDS", "+complaints,+rectifications,+joint_findings")
    settings = warehouse.model_copy(
        update={"feeds_csv": "+complaints,+rectifications,+joint_findings"}
    )
    migrate(settings)
    accept_references(settings, DAY)
    accept(settings, "bodies", DAY, bodies())
    accept(settings, "jurisdictions", DAY, jurisdictions())
    accept(
        settings,
        "rectifications",
        DAY,
        [
            PROBLEM,
            {**PROBLEM, "problem_no": "P2", "claimed_closed_on": ""},
            {**PROBLEM, "problem_no": "P3", "agency_code": "F003"},
        ],
    )
    later = {**FINDING, "finding_no": "J2", "period_from": "2025-08-01", "period_to": "2025-08-31"}
    accept(settings, "joint_findings", DAY, [FINDING, later])
    accept(settings, "complaints", DAY, [COMPLAINT])
    # One on the day after the claim, one on the day itself.
    spent = [
        *voucher("F002", "记0001", "1500.00", bill_date="2025-07-02"),
        *voucher("F003", "记0001", "1500.00", bill_date="2025-07-01"),
    ]
    accept_day(settings, DAY, spent)
    evaluate(DAY, settings)
    issue(DAY, settings)
    return settings


def read(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with connect(settings, role="huiyan_read") as connection:
        return connection.execute(query).fetchall()


def test_one_matter_on_every_desk(judged: Settings) -> None:
    hits = read(judged, "select rule_id, subject_id from marts.fct_rule_hit order by 1, 2")
    assert [subject for rule, subject in hits if rule == "LOOP-003"] == ["P1"]
    assert ("ATT-001", HIT) in hits
    evidence = read(
        judged,
        "select evidence ->> 'claimed_closed_on', evidence ->> 'subjects' "
        "from marts.fct_rule_hit where rule_id = 'LOOP-003'",
    )
    assert evidence[0][0] == "2025-07-01"
    assert HIT in evidence[0][1]
    sources = read(
        judged,
        "select feed from marts.fct_rule_hit_source as source join marts.fct_rule_hit as hit "
        "using (hit_id) where hit.rule_id = 'LOOP-003'",
    )
    assert sources == [("rectifications",)]
    assert read(
        judged,
        "select problem_no, state, days_late, same_problem_units, same_problem_unit_names, "
        "regulated_units, closure_standard_verified from marts.mart_rectification order by 1",
    ) == [
        ("P1", "contradicted", 1, 1, "青禾镇中心小学", 4, "unverified"),
        ("P2", "overdue", 63, 1, "青禾镇中心小学", 4, "unverified"),
        ("P3", "claimed", 1, 1, "青禾镇人民政府", 4, "unverified"),
    ]
    (case,) = read(
        judged,
        "select case_id, unit_name, matter_name, finding_count, lead_body_code, is_concluded, "
        "concluded_by, alert_count > 0 from marts.mart_joint_case",
    )
    assert case[1:] == ("青禾镇人民政府", "会计核算", 1, "RG01", True, "audit", True)
    parts = read(
        judged,
        "select body_code, department, role, own_findings, is_asked, is_conclusion_reusable, "
        "document_no from marts.mart_joint_case_body order by body_code, department",
    )
    assert parts == [
        ("RG01", "finance", "lead", None, False, True, "审〔2025〕7号"),
        ("TC01", "discipline", "verify", None, False, True, "审〔2025〕7号"),
        (None, "audit", "co", "J1", False, False, "审〔2025〕7号"),
    ]
    assert read(
        judged,
        "select others_found from marts.mart_joint_case_body where body_code = 'TC01'",
    ) == [("审计监督：报销附件不全（2025-07-01 至 2025-07-31）。结论：属实",)]
    with connect(judged) as connection:
        steps = connection.execute(
            "select distinct reason_code from ops.alert_tier_step join ops.alert using (alert_id) "
            "where finance_agency_code = 'F002' and rule_id = 'ATT-001'"
        ).fetchall()
        others = connection.execute(
            "select count(*) from ops.alert_tier_step join ops.alert using (alert_id) "
            "where finance_agency_code = 'F003'"
        ).fetchone()
    assert ("complaint",) in steps
    assert others == (0,)
    _each_body_is_told_once(judged)
    _nobody_is_found_in_the_library(judged)


def _extracts(settings: Settings, day: date) -> dict[str, Extract]:
    """What waits for the bodies, by body."""
    with connect(settings) as connection:
        rows = connection.execute(
            "select body_code, content from ops.delivery "
            "where business_date = %s and state = 'pending'",
            [day],
        ).fetchall()
    return {body: Extract.from_dict(content) for body, content in rows}


def _change(settings: Settings, *statements: str) -> None:
    with connect(settings) as connection:
        for statement in statements:
            connection.execute(statement)


def _notes(settings: Settings, day: date) -> dict[str, str]:
    with connect(settings) as connection:
        return dict(
            connection.execute(
                "select kind, message from ops.operations_alert where feed = 'joint_findings' "
                "and business_date = %s and resolved_at is null",
                [day],
            ).fetchall()
        )


def _each_body_is_told_once(settings: Settings) -> None:
    """What the bodies of a joint case are sent on its date and on three later ones.

    No date after the first is evaluated: what departments send is set by hand.
    """
    first = _extracts(settings, DAY)
    assert [(row.role, row.standing) for row in first["TC01"].joint] == [("verify", "new")]
    (lead,) = first["RG01"].joint
    assert (lead.role, lead.conclusion, lead.concluded_by_name) == ("lead", "属实", "审计监督")
    assert (lead.concluded_on, lead.is_asked) == (date(2025, 8, 20), False)
    # Who has the alert is told by its line; the complaint has brought it to the regulator.
    said = ("审计监督", "2025-08-20", "属实", "审〔2025〕7号")
    told = {
        (body, row.subject_id): row.concluded
        for body, extract in first.items()
        for row in extract.rows
        if row.rule_id == "ATT-001"
    }
    assert told["TC01", HIT] == said
    assert {body for (body, _), concluded in told.items() if concluded} == {"RG01", "TC01"}
    assert "审计监督 (1)" in _notes(settings, DAY)["joint_without_body"]
    assert "joint_unknown_unit" not in _notes(settings, DAY)

    # The offices of audit and statistics become a body; J9 is about nobody.
    _change(
        settings,
        "insert into ops.evaluation select day, 'evaluated', 'x' from (values (date '2025-09-02'), "
        "('2025-09-03'), ('2025-09-04'), ('2025-09-05'), ('2025-09-08')) as days (day)",
        "insert into staging.stg_supervision__body (body_code, body_name, body_kind, natural_key, "
        "batch_id, file_no, line_no, valid_from) values "
        "('JD01', '云溪区审计局、统计局', 'joint_department', 'JD01', 1, 1, 1, '2025-09-02')",
        "insert into staging.stg_supervision__joint_finding (finding_no, department, platform, "
        "agency_code, matter_class, period_from, period_to, finding, natural_key, batch_id, "
        "file_no, line_no, valid_from) values ('J9', 'tax', 'finance', 'F999', 'invoice', "
        "'2025-01-01', '2025-01-31', '=1+1', 'J9', 1, 1, 1, '2025-09-02')",
    )
    second, third, fourth, fifth = (date(2025, 9, number) for number in (2, 3, 4, 5))
    issue(second, settings)
    (case,) = _extracts(settings, second)["JD01"].joint
    assert (case.role, case.standing, case.own_findings) == ("co", "new", "J1")
    assert case.others_found is not None and case.others_found.startswith("监督预警")
    assert _extracts(settings, second)["TC01"].joint[0].standing == "standing"
    assert set(_notes(settings, second)) == {"joint_unknown_unit"}

    # Nothing new for it; then the conclusion changes; then it takes the finding back.
    finding = "update staging.stg_supervision__joint_finding set"
    issue(third, settings)
    assert "JD01" not in _extracts(settings, third)
    assert _extracts(settings, third)["TC01"].joint[0].standing == "standing"
    _change(
        settings,
        f"{finding} valid_to = '2025-09-04' where finding_no = 'J1'",
        "insert into staging.stg_supervision__joint_finding select (jsonb_populate_record(found, "
        '\'{"conclusion": "部分属实", "valid_from": "2025-09-04", "valid_to": '
        '"2025-09-05"}\')).* from staging.stg_supervision__joint_finding as found '
        "where finding_no = 'J1'",
    )
    issue(fourth, settings)
    (case,) = _extracts(settings, fourth)["JD01"].joint
    assert (case.standing, case.conclusion) == ("changed", "部分属实")
    issue(fifth, settings)
    (case,) = _extracts(settings, fifth)["JD01"].joint
    assert case.standing == "ended"
    assert all(not row.concluded for row in _extracts(settings, fifth)["TC01"].rows)

    # One body for two departments has one part with what either found. The conclusion told of an
    # alert is the latest of those that are another's: not of its own, nor of another day's.
    sixth = date(2025, 9, 8)
    for number, department, until, concluded_on in (
        ("J11", "audit", "2025-07-31", "2025-08-20"),
        ("J12", "statistics", "2025-07-31", None),
        ("J13", "finance", "2025-07-31", "2025-08-25"),
        ("J14", "tax", "2025-07-01", "2025-08-30"),
    ):
        said = json.dumps(
            {
                "finding_no": number,
                "natural_key": number,
                "department": department,
                "period_to": until,
                "conclusion": "属实" if concluded_on else None,
                "concluded_on": concluded_on,
                "valid_from": "2025-09-08",
                "valid_to": "2025-09-09",
            }
        )
        _change(
            settings,
            "insert into staging.stg_supervision__joint_finding select (jsonb_populate_record("
            f"found, '{said}')).* from staging.stg_supervision__joint_finding as found "
            "where finding_no = 'J1' and valid_to = '2025-09-05'",
        )
    issue(sixth, settings)
    told_on_sixth = _extracts(settings, sixth)
    (case,) = told_on_sixth["JD01"].joint
    assert (case.own_findings, case.role) == ("J11、J12", "co")
    assert case.others_found is not None
    assert [line.split("：")[0] for line in case.others_found.splitlines()] == [
        "财政监督", "税务监督", "监督预警 1 条",
    ]  # fmt: skip
    assert case.is_conclusion_reusable
    by_whom = {
        body: row.concluded[0]
        for body in ("RG01", "TC01")
        for row in told_on_sixth[body].rows
        if row.subject_id == HIT and row.rule_id == "ATT-001"
    }
    assert by_whom == {"RG01": "审计监督", "TC01": "财政监督"}

    # In any order, with the same end, and nobody is written to twice.
    before = {
        day: {body: extract.content_hash() for body, extract in _extracts(settings, day).items()}
        for day in (DAY, second, third, fourth, fifth, sixth)
    }
    _change(settings, "update ops.delivery set state = 'delivered'")
    issue(DAY, settings)
    assert not any(_extracts(settings, day) for day in before)
    assert all("JD01" in before[day] for day in (second, fourth, fifth, sixth))

    # What was handed over and turns out to be none is taken back.
    _change(
        settings, "delete from staging.stg_supervision__joint_finding where finding_no like 'J1%'"
    )
    issue(second, settings)
    (case,) = _extracts(settings, second)["JD01"].joint
    assert case.standing == "ended"
    (case,) = _extracts(settings, second)["RG01"].joint
    assert case.standing == "ended"


HOSTILE = "张三丰 6222020200112233445 青禾镇人民政府 '; drop table ops.alert; --"


def _nobody_is_found_in_the_library(settings: Settings) -> None:
    """A case whose every free text names somebody, closed, and what a search gives of it."""
    detail = (
        "jsonb_build_object('reason', 'confirmed', 'action', said, 'note', said, "
        "'verified_by', said, 'evidence_reference', said, 'amount_recovered', '1500.00')"
    )
    with connect(settings) as connection:
        for number, (event, state) in enumerate(
            [("verdict", "confirmed"), ("closed", "closed")], start=1
        ):
            connection.execute(
                "insert into ops.alert_event (alert_id, event, to_state, actor, detail, "
                f"business_date, body_code) select alert_id, %s, %s, 'body', {detail}, %s, 'TC01' "
                "from ops.alert cross join (values (%s)) as words (said) where rule_id = 'ATT-001'",
                [event, state, date(2025, 9, 10 + number), HOSTILE],
            )
    found = search(["附件"], settings)
    assert [(row["rule_id"], row["cases"], row["closed_in_year"]) for row in found] == [
        ("ATT-001", 2, 2025)
    ]
    assert found[0]["action"] is None
    assert found[0]["recovered_band"] == "1000元至1万元"
    told = json.dumps(found, ensure_ascii=False)
    names = ("张三丰", "6222", "青禾", "F002", "AF002", "记0001", "TC01", "1500", "drop table")
    assert not [name for name in names if name in told]
    # Nothing is special in a term, every term must occur, and what nobody wrote is not found.
    for nothing in ("%", "_", "\\", "'; drop table ops.alert; --", "张三丰", "青禾"):
        assert search([nothing], settings) == []
    assert search(["附件", "没有这个词"], settings) == []
    assert search(["附件", " att-001 "], settings, rule="att-001", kind="att", since=2025) == [
        {**found[0], "score": found[0]["score"] + 8}
    ]
    assert search(["附件"], settings, until=2024) == []
    assert search([" "], settings, rule="ATT-001") == [{**found[0], "score": 0}]
    run = CliRunner().invoke(app, ["search", "附件", "--json"])
    assert json.loads(run.stdout) == found
    assert "ATT-001" in CliRunner().invoke(app, ["search", "附件", "--to", "2030"]).stdout
    nothing_found = CliRunner().invoke(app, ["search", "附件", "--to", "2024"])
    assert nothing_found.exit_code == 0
    assert "of this --rule, --kind, --from and --to has all of these terms" in nothing_found.stdout
    assert "Without these options: 2." in nothing_found.stdout
    assert "ATT-001" in CliRunner().invoke(app, ["search", "--kind", "att"]).stdout
    for filters, said in (
        (["--rule", "ATT-999"], "no rule ATT-999"),
        (["--kind", "ZZZ"], "no family of rules ZZZ: ATT, "),
        (["--kind", "REC", "--rule", "ATT-001"], "ATT-001 is of the family ATT"),
        (["--from", "2026", "--to", "2025"], "No year"),
    ):
        refused = CliRunner().invoke(app, ["search", "附件", *filters])
        assert said in str(refused.exception)
