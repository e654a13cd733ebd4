"""Complaints, rectifications and findings of other departments, from landing to alert and mart."""

from datetime import date
from typing import Any

import pytest

from huiyan.alerts.issue import issue
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
