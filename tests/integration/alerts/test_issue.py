"""Alerts: opened, tiered, routed, due, resolved, and the outbox, over days in any order."""

import csv
import io
import json
import threading
from datetime import date
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from alert_district import MONDAY, START, TUESDAY, WEDNESDAY, District
from huiyan.alerts.issue import issue, issue_all, pending
from huiyan.delivery.deliver import deliver
from huiyan.delivery.extract import CSV_COLUMNS
from huiyan.errors import EvaluationError
from huiyan.explain import QUERIES

DAYS = (MONDAY, TUESDAY, WEDNESDAY)
THURSDAY = date(2025, 9, 4)


def run(district: District, *days: date) -> list[tuple[date, str, str]]:
    """Issue the dates one after the other and deliver all that waits each time."""
    sent = []
    for day in days:
        for result in issue_all([day], district.settings):
            for body in result.bodies:
                status = deliver(result.business_date, body, district.settings).status
                sent.append((result.business_date, body, status))
    return sent


def table(district: District, body: str, day: date) -> list[dict[str, str]]:
    path = district.settings.outbox / body / day.isoformat() / "alerts.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def files(district: District) -> dict[str, bytes]:
    return {
        str(path.relative_to(district.settings.outbox)): path.read_bytes()
        for path in district.settings.outbox.rglob("*")
        if path.is_file()
    }


def alerts(district: District) -> list[tuple[Any, ...]]:
    return district.rows(
        "select rule_id, subject_id, tier, state, opened_on, due_on, resolved_on from ops.alert "
        "order by 1, 2"
    )


def sent_versions(district: District) -> list[tuple[Any, ...]]:
    return district.rows(
        "select body_code, business_date, version, content_hash from ops.delivery "
        "where state = 'delivered' order by 1, 2, 3"
    )


def test_one_alert_per_tier_goes_to_its_bodies(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.hit("REC-001", "V2")
    district.hit("CARD-001", "C1", subject_type="card_transaction")
    district.evaluated(MONDAY)
    result = issue(MONDAY, district.settings)
    assert (result.open_alerts, result.new_alerts, result.cleared_alerts) == (3, 3, 0)
    assert result.bodies == ["RG01", "SO1", "TC01", "U002"]
    assert district.routes("ATT-001", "V1") == {"dispose": "U002", "verify": "TC01"}
    assert district.routes("REC-001", "V2") == {"dispose": "RG01", "verify": "TC01"}
    assert district.routes("CARD-001", "C1") == {"dispose": "SO1", "verify": "TC01"}
    # 1 September 2025 is a Monday; the 28th is worked, 1 to 8 October are not.
    assert district.rows("select rule_id, due_on from ops.alert order by 1") == [
        ("ATT-001", date(2025, 9, 22)),
        ("CARD-001", date(2025, 9, 8)),
        ("REC-001", date(2025, 9, 15)),
    ]


def test_due_dates_step_over_holidays_and_count_swapped_days(district: District) -> None:
    day = date(2025, 9, 26)
    district.hit("CARD-001", "C1", since=day)
    district.hit("REC-001", "V1", since=day)
    district.evaluated(day)
    issue(day, district.settings)
    # 28 September is a worked Sunday; 29, 30; then 9, 10, 11 (a worked Saturday), 13 … October.
    assert district.rows("select rule_id, due_on from ops.alert order by 1") == [
        ("CARD-001", date(2025, 10, 10)),
        ("REC-001", date(2025, 10, 16)),
    ]


def test_the_extract_has_the_columns_and_the_order_of_the_interface(district: District) -> None:
    district.hit("ATT-001", "V1", amount="-12.50")
    district.evaluated(MONDAY)
    run(district, MONDAY)
    (row,) = table(district, "TC01", MONDAY)
    assert tuple(row) == CSV_COLUMNS
    assert row["role"] == "verify"
    assert row["is_new"] == "true"
    assert row["tier"] == "yellow"
    assert row["state"] == "open"
    assert row["amount"] == "-12.50"
    assert row["unit_name"] == "青禾镇人民政府"
    assert json.loads(row["evidence"]) == {"summary": "办公用品"}
    manifest = json.loads(
        (district.settings.outbox / "TC01" / "2025-09-01" / "manifest.json").read_text()
    )
    assert manifest["body"] == "TC01"
    assert manifest["business_date"] == "2025-09-01"
    assert manifest["counts_by_tier"] == {"red": 0, "orange": 0, "yellow": 1}
    assert {entry["name"] for entry in manifest["files"]} == {"alerts.xlsx", "alerts.csv"}
    content = district.value("select content from ops.delivery where body_code = 'TC01'")
    (kept,) = content["rows"]
    assert kept["description"] == "凭证没有附件。"
    assert kept["opened_on"] == MONDAY.isoformat()


def test_hits_of_shadow_rules_are_not_pushed(district: District) -> None:
    district.hit("STAT-001", "V1")
    district.evaluated(MONDAY)
    assert issue(MONDAY, district.settings).bodies == []
    assert alerts(district) == []


def test_first_digits_raise_others_within_their_tier_and_are_told_to_who_verifies(
    district: District,
) -> None:
    for rule, subject, agency in (
        ("ATT-001", "V1", "F002"),
        ("ATT-001", "V2", "F003"),
        ("ATT-001", "V3", "F001"),
        ("REC-001", "V4", "F001"),
    ):
        district.hit(rule, subject, agency)
    for subject, agency, deviation, chance in (
        ("S1:2025", "F001", 3500, 3500),
        ("S2:2025", "F002", 3300, 3000),
        ("S2:2024", "F002", 9900, 3000),
        ("S3:2025", "F003", 2400, 2000),
    ):
        district.hit(
            "STAT-001",
            subject,
            agency,
            amount=None,
            subject_type="acct_set_year",
            evidence={
                "deviation_per_million": deviation,
                "chance_deviation_per_million": chance,
                "common_digits": "49、14",
            },
        )
    district.jurisdiction("F001", "U001", "TC01", "RG01", "SO1", since=MONDAY, until=MONDAY)
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    content = district.value("select content from ops.delivery where body_code = 'TC01'")
    assert [(row["subject_id"], row["notices"]) for row in content["rows"]] == [
        ("V4", []),
        *(
            (voucher, ["供抽查参考：该单位账套 2025 年金额首两位数字分布异常，偏多的是 49、14。"])
            for voucher in ("V2", "V1")
        ),
        ("V3", []),
    ]
    assert district.rows("select tier, count(*) from ops.alert group by tier order by tier") == [
        ("orange", 1),
        ("yellow", 3),
    ]
    content = district.value("select content from ops.delivery where body_code = 'U003'")
    assert [row["notices"] for row in content["rows"]] == [[]]

    # As a draft it has no effect.
    district.run("delete from reference.rule_status where rule_id = 'STAT-001'")
    issue(MONDAY, district.settings)
    content = district.value(
        "select content from ops.delivery where body_code = 'TC01' order by version desc limit 1"
    )
    assert [row["subject_id"] for row in content["rows"]] == ["V4", "V1", "V2", "V3"]


def test_a_quiet_day_is_recorded(district: District) -> None:
    district.evaluated(MONDAY)
    assert run(district, MONDAY) == []
    assert district.rows(
        "select business_date, is_quiet, bodies_served, bodies_quiet from ops.alert_day"
    ) == [(MONDAY, True, 0, 8)]
    assert files(district) == {}


@pytest.mark.parametrize(
    ("amount", "tier"), [("50000.00", "yellow"), ("50000.01", "orange"), (None, "yellow")]
)
def test_amount_over_the_step_raises_the_tier(
    district: District, amount: str | None, tier: str
) -> None:
    district.hit("ATT-001", "V1", amount=amount)
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    assert district.value("select tier from ops.alert") == tier
    steps = district.rows("select reason_code, from_tier, to_tier, reason from ops.alert_tier_step")
    if tier == "yellow":
        assert steps == []
    else:
        assert steps == [
            ("amount", "yellow", "orange", "金额 50,000.01 元，超过升级线 50,000.00 元")
        ]
        assert district.routes("ATT-001", "V1")["dispose"] == "RG01"
        assert district.value("select due_on from ops.alert") == date(2025, 9, 15)


def test_three_rules_on_one_subject_raise_each_of_them_once(district: District) -> None:
    for rule in ("ATT-001", "INV-001"):
        district.hit(rule, "V1", amount="60000.00")
    district.hit("STAT-001", "V1")
    district.evaluated(*DAYS)
    issue(MONDAY, district.settings)
    assert dict(district.rows("select rule_id, tier from ops.alert")) == {
        "ATT-001": "orange",
        "INV-001": "yellow",
    }
    district.hit("REC-001", "V1", since=TUESDAY)
    issue(TUESDAY, district.settings)
    issue(WEDNESDAY, district.settings)
    assert dict(district.rows("select rule_id, tier from ops.alert")) == {
        "ATT-001": "red",
        "INV-001": "orange",
        "REC-001": "red",
    }
    assert district.rows(
        "select rule_id, reason_code, business_date from ops.alert_tier_step "
        "join ops.alert using (alert_id) order by 1, 3"
    ) == [
        ("ATT-001", "amount", MONDAY),
        ("ATT-001", "several_rules", TUESDAY),
        ("INV-001", "several_rules", TUESDAY),
        ("REC-001", "several_rules", TUESDAY),
    ]
    # A tier reached on Tuesday counts from Tuesday, and never later than before.
    assert dict(district.rows("select rule_id, due_on from ops.alert")) == {
        "ATT-001": date(2025, 9, 9),
        "INV-001": date(2025, 9, 16),
        "REC-001": date(2025, 9, 9),
    }


def test_a_tier_never_falls_while_the_alert_is_open_and_begins_anew_after(
    district: District,
) -> None:
    for rule in ("ATT-001", "INV-001", "REC-001"):
        district.hit(rule, "V1")
    district.evaluated(*DAYS)
    issue(MONDAY, district.settings)
    district.clear("REC-001", "V1", TUESDAY)
    issue(TUESDAY, district.settings)
    assert dict(district.rows("select rule_id, tier from ops.alert")) == {
        "ATT-001": "orange",
        "INV-001": "orange",
        "REC-001": "red",
    }
    district.hit("REC-001", "V1", since=WEDNESDAY)
    district.clear("INV-001", "V1", WEDNESDAY)
    issue(WEDNESDAY, district.settings)
    assert district.rows(
        "select tier, state, opened_on from ops.alert where rule_id = 'REC-001'"
    ) == [("orange", "reopened", WEDNESDAY)]


def test_recusal_goes_to_the_parent(district: District) -> None:
    # The regulator 财政局 is the unit 云溪区财政局 under another code: known by its name.
    district.hit("REC-001", "V1", "F001")
    # The verifying body is named as the unit's own body: its own staff put yellow right.
    district.jurisdiction("F009", "TC01", "TC01", "RG01", "SO1")
    district.hit("ATT-001", "V2", "F009")
    # The regulator is the unit's own body.
    district.jurisdiction("F010", "RG01", "DG01", "RG01", "SO1")
    district.hit("REC-001", "V3", "F010")
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    assert district.routes("REC-001", "V1") == {"dispose": "SO2", "verify": "DG01"}
    assert district.routes("ATT-001", "V2") == {"dispose": "TC01", "verify": "SO1"}
    assert district.routes("REC-001", "V3") == {"dispose": "SO2", "verify": "DG01"}
    reasons = dict(
        district.rows("select body_code || role, reason from ops.alert_route where role='dispose'")
    )
    assert reasons["SO2dispose"] == "回避：事涉财政局自身，由其上级办理"


def test_who_has_an_alert_that_is_others_by_its_tier_is_told_why(district: District) -> None:
    district.hit("REC-001", "V1", "F001")
    district.hit("REC-001", "V2", "F777")
    district.hit("REC-001", "V3")
    district.evaluated(MONDAY)
    run(district, MONDAY)
    told = {}
    for body in ("SO1", "SO2", "RG01"):
        path = district.settings.outbox / body / MONDAY.isoformat() / "alerts.xlsx"
        book = openpyxl.load_workbook(path)
        headings, *lines = book["预警清单"].values
        evidence = [line[headings.index("疑点依据")].split("\n")[0] for line in lines]
        notes = "".join(str(line[0]) for line in book["说明"].values)
        told[body] = (evidence, "改由本单位办理" in notes)
    assert told == {
        "SO1": (["改由本单位办理（没有管辖关系，由默认监督检查室办理）。"] * 2, True),
        "SO2": (["改由本单位办理（回避：事涉财政局自身，由其上级办理）。"], True),
        "RG01": (["摘要：办公用品"], False),
    }


def test_a_body_with_both_roles_has_a_row_for_each(district: District) -> None:
    district.jurisdiction("F009", "U003", "SO1", "RG01", "SO1")
    district.hit("CARD-001", "C1", "F009")
    district.evaluated(MONDAY)
    run(district, MONDAY)
    assert [row["role"] for row in table(district, "SO1", MONDAY)] == ["dispose", "verify"]


def test_what_concerns_a_regulator_goes_to_the_body_above_it(district: District) -> None:
    district.add("staging.stg_supervision__body", "RG02", "审计局", "regulator", "SO1", START, None)
    # As a unit the finance bureau has a regulator, which has no say over how it regulates others.
    district.run(
        "update staging.stg_supervision__jurisdiction set regulator_body_code = 'RG02'"
        " where agency_code = 'F001'"
    )
    for subject, agency in (("RG01:ATT-001", "F001"), ("RG02:ATT-001", "unknown")):
        district.hit("LOOP-001", subject, agency, subject_type="regulator_rule")
    district.evaluated(MONDAY)
    run(district, MONDAY)
    assert district.routes("LOOP-001", "RG01:ATT-001") == {"dispose": "SO2", "verify": "DG01"}
    # Not known as a unit: whoever is above it verifies too, and nothing is out of order.
    assert district.routes("LOOP-001", "RG02:ATT-001") == {"dispose": "SO1", "verify": "SO1"}
    assert district.value("select count(*) from ops.operations_alert") == 0
    (row,) = (row for row in table(district, "SO1", MONDAY) if row["role"] == "dispose")
    assert (row["rule_id"], row["unit_name"]) == ("LOOP-001", "审计局")


def test_a_recused_body_without_parent_leaves_it_to_another_office(district: District) -> None:
    district.jurisdiction("F008", "SO1", "SO1", "RG01", "SO1")
    district.hit("CARD-001", "C1", "F008")
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    assert district.routes("CARD-001", "C1") == {"dispose": "SO2", "verify": "SO2"}
    assert district.value("select kind from ops.operations_alert") == "no_independent_body"


def test_without_jurisdiction_nothing_is_lost(district: District) -> None:
    district.hit("REC-001", "V1", "F777")
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    assert district.routes("REC-001", "V1") == {"dispose": "SO1", "verify": "SO1"}
    kind, message, resolved = district.rows(
        "select kind, message, resolved_at from ops.operations_alert"
    )[0]
    assert kind == "no_jurisdiction"
    assert "F777" in message
    assert resolved is None
    district.jurisdiction("F777", "U002", "TC01", "RG01", "SO1")
    issue(MONDAY, district.settings)
    assert district.routes("REC-001", "V1") == {"dispose": "RG01", "verify": "TC01"}
    assert district.value("select resolved_at is not null from ops.operations_alert")


def test_without_any_body_nothing_is_lost(district: District) -> None:
    district.run("delete from staging.stg_supervision__body")
    district.hit("REC-001", "V1")
    district.evaluated(MONDAY)
    assert issue(MONDAY, district.settings).bodies == ["default-office"]
    assert district.value("select kind from ops.operations_alert") == "unknown_body"


def test_the_jurisdiction_of_the_date_counts(district: District) -> None:
    district.run("delete from staging.stg_supervision__jurisdiction where agency_code = 'F002'")
    district.jurisdiction("F002", "U002", "TC01", "RG01", "SO1", until=TUESDAY)
    district.jurisdiction("F002", "U002", "DG01", "RG01", "SO1", since=WEDNESDAY)
    district.hit("ATT-001", "V1")
    district.evaluated(*DAYS)
    run(district, *DAYS)
    assert table(district, "TC01", TUESDAY)[0]["is_new"] == "false"
    (row,) = table(district, "DG01", WEDNESDAY)
    assert (row["is_new"], row["role"]) == ("true", "verify")
    # The former body is told.
    assert table(district, "TC01", WEDNESDAY) == []
    gone = district.value(
        "select content -> 'gone' -> 0 ->> 'reason' from ops.delivery "
        "where body_code = 'TC01' and business_date = %s",
        WEDNESDAY,
    )
    assert gone == "moved"


def test_treasury_codes_find_their_jurisdiction(district: District) -> None:
    district.jurisdiction("T005", "U003", "TC01", "RG01", "SO1", platform="treasury")
    district.hit("CARD-001", "C1", "T005")
    district.run(
        "update marts.fct_rule_hit_spell set finance_agency_code = null, "
        "treasury_agency_code = 'T005'"
    )
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    assert district.routes("CARD-001", "C1") == {"dispose": "SO1", "verify": "TC01"}


def test_new_still_open_and_cleared(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.hit("ATT-001", "V2", since=TUESDAY)
    district.evaluated(*DAYS)
    run(district, MONDAY, TUESDAY)
    assert [
        (row["subject_id"], row["is_new"], row["state"]) for row in table(district, "U002", TUESDAY)
    ] == [("V2", "true", "open"), ("V1", "false", "delivered")]
    district.clear("ATT-001", "V1", WEDNESDAY)
    run(district, WEDNESDAY)
    assert [row["subject_id"] for row in table(district, "U002", WEDNESDAY)] == ["V2"]
    assert (
        district.value(
            "select content -> 'gone' -> 0 ->> 'subject_id' from ops.delivery "
            "where body_code = 'U002' and business_date = %s",
            WEDNESDAY,
        )
        == "V1"
    )
    assert alerts(district) == [
        ("ATT-001", "V1", "yellow", "auto_resolved", MONDAY, date(2025, 9, 22), WEDNESDAY),
        ("ATT-001", "V2", "yellow", "delivered", TUESDAY, date(2025, 9, 23), None),
    ]


def test_suppression_withholds_the_push_only(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.hit("ATT-001", "V2")
    district.add(
        "reference.alert_suppression", "ATT-001", "V1", None, "已批准", "主任", START, TUESDAY
    )
    district.add(
        "reference.alert_suppression", "ATT-001", "V2", None, "已批准", "主任", TUESDAY, None
    )
    district.evaluated(MONDAY, TUESDAY)
    run(district, MONDAY)
    assert [row["subject_id"] for row in table(district, "U002", MONDAY)] == ["V2"]
    # One exception has run out, another begins: the body is told of the latter.
    run(district, TUESDAY)
    assert [row["subject_id"] for row in table(district, "U002", TUESDAY)] == ["V1"]
    assert (
        district.value(
            "select content -> 'gone' -> 0 ->> 'reason' from ops.delivery "
            "where body_code = 'U002' and business_date = %s",
            TUESDAY,
        )
        == "suppressed"
    )


def gone(district: District, body: str, day: date) -> list[tuple[str, str]]:
    """Subject and reason of what the body was told on the day it need not deal with any more."""
    rows = district.rows(
        "select gone ->> 'subject_id', gone ->> 'reason' from ops.delivery, "
        "jsonb_array_elements(content -> 'gone') as gone "
        "where body_code = %s and business_date = %s and state = 'delivered' order by 1",
        body,
        day,
    )
    return [(subject, reason) for subject, reason in rows]


def begin(district: District, rule_id: str, subject_id: str, day: date) -> None:
    """A person begins to verify the alert."""
    district.run(
        "insert into ops.alert_event (alert_id, event, to_state, actor, business_date) "
        "select alert_id, 'verifying', 'verifying', 'TC01', %s from ops.alert "
        "where rule_id = %s and subject_id = %s",
        day,
        rule_id,
        subject_id,
    )


def test_an_exception_that_runs_out_pushes_once_with_a_new_due_date(district: District) -> None:
    for subject in ("V1", "V2"):
        district.hit("ATT-001", subject)
    district.evaluated(*DAYS, THURSDAY)
    run(district, MONDAY)
    begin(district, "ATT-001", "V2", TUESDAY)
    district.add(
        "reference.alert_suppression",
        "ATT-001",
        None,
        "FF002",
        "已批准",
        "主任",
        TUESDAY,
        WEDNESDAY,
    )
    run(district, TUESDAY, WEDNESDAY, THURSDAY)
    # What a person has begun on, that person ends.
    assert [row["subject_id"] for row in table(district, "U002", TUESDAY)] == ["V2"]
    assert gone(district, "U002", TUESDAY) == [("V1", "suppressed")]
    assert [
        [(row["subject_id"], row["is_new"], row["state"]) for row in table(district, "U002", day)]
        for day in (WEDNESDAY, THURSDAY)
    ] == [
        [("V1", "true", "reopened"), ("V2", "false", "verifying")],
        [("V2", "false", "verifying"), ("V1", "false", "delivered")],
    ]
    assert district.rows(
        "select openings.opened_on, openings.due_on, openings.resolved_on "
        "from ops.alert_opening as openings join ops.alert using (alert_id) "
        "where subject_id = 'V1' order by 1"
    ) == [
        (MONDAY, date(2025, 9, 22), TUESDAY),
        (WEDNESDAY, date(2025, 9, 24), None),
    ]
    before = alerts(district), sent_versions(district), files(district)
    assert run(district, WEDNESDAY, MONDAY) == []
    assert (alerts(district), sent_versions(district), files(district)) == before


def test_an_exception_reviewed_after_the_push_takes_it_back(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    run(district, MONDAY)
    district.add(
        "reference.alert_suppression", "ATT-001", "V1", None, "已批准", "主任", MONDAY, TUESDAY
    )
    run(district, MONDAY)
    assert table(district, "U002", MONDAY) == []
    assert gone(district, "U002", MONDAY) == [("V1", "suppressed")]


def test_an_exception_reviewed_after_an_alert_was_reopened_takes_it_back(
    district: District,
) -> None:
    district.hit("ATT-001", "V1")
    district.add(
        "reference.alert_suppression", "ATT-001", "V1", None, "已批准", "主任", TUESDAY, WEDNESDAY
    )
    district.evaluated(*DAYS, THURSDAY)
    run(district, *DAYS, THURSDAY)
    assert [row[3] for row in alerts(district)] == ["delivered"]
    # Reviewed again: it holds from Wednesday on, of which the bodies have their extracts.
    district.run(
        "update reference.alert_suppression set valid_from = %s, valid_to = %s",
        WEDNESDAY,
        date(2025, 12, 31),
    )
    run(district, WEDNESDAY)
    assert [(row[3], row[6]) for row in alerts(district)] == [("auto_resolved", WEDNESDAY)]
    chain = (
        "select business_date, event from marts.fct_alert_event "
        "where to_state is not null order by place"
    )
    told = [
        (MONDAY, "opened"),
        (MONDAY, "delivered"),
        (TUESDAY, "auto_resolved"),
        (WEDNESDAY, "reopened"),
        (WEDNESDAY, "delivered"),
        (WEDNESDAY, "auto_resolved"),
    ]
    assert district.rows(chain) == told
    alert = district.value("select alert_id from ops.alert")
    assert [row[:2] for row in district.rows(QUERIES["events"], alert)] == told, "as explained too"
    assert [gone(district, "U002", day) for day in (WEDNESDAY, THURSDAY)] == [
        [("V1", "suppressed")],
        [("V1", "suppressed")],
    ]
    before = alerts(district), sent_versions(district), files(district)
    assert run(district, WEDNESDAY, THURSDAY) == []
    assert (alerts(district), sent_versions(district), files(district)) == before
    assert district.rows(chain) == told


def test_an_exception_for_nothing_is_noticed(district: District) -> None:
    for rule, unit in (("ATT-999", "FF002"), ("ATT-001", "FF999")):
        district.add(
            "reference.alert_suppression", rule, None, unit, "已批准", "主任", MONDAY, TUESDAY
        )
    district.run("insert into marts.dim_unit (unit_id) values ('FF002')")
    district.evaluated(MONDAY, TUESDAY)
    issue_all(DAYS[:2], district.settings)
    assert district.rows(
        "select kind, business_date, message from ops.operations_alert where resolved_at is null"
    ) == [
        (
            "idle_exception",
            MONDAY,
            "There is no such rule, or no such unit, as these exceptions name: ATT-001 FF999, "
            "ATT-999 FF002. They except nothing: correct alert_suppression.csv.",
        )
    ]
    district.run("delete from reference.alert_suppression")
    issue(MONDAY, district.settings)
    assert not district.rows("select 1 from ops.operations_alert where resolved_at is null")


def test_the_status_in_force_on_the_date_decides(district: District) -> None:
    district.hit("STAT-001", "V1")
    district.hit("ATT-001", "V2")
    district.hit("ATT-001", "V3")
    district.status("STAT-001", "trial", TUESDAY)
    district.status("ATT-001", "shadow", TUESDAY)
    district.status("ATT-001", "trial", WEDNESDAY)
    district.evaluated(*DAYS)
    run(district, MONDAY)
    begin(district, "ATT-001", "V3", TUESDAY)
    run(district, TUESDAY, WEDNESDAY)
    assert [
        [(row["subject_id"], row["is_new"]) for row in table(district, "U002", day)] for day in DAYS
    ] == [
        [("V2", "true"), ("V3", "true")],
        [("V1", "true"), ("V3", "false")],
        [("V2", "true"), ("V3", "false"), ("V1", "false")],
    ]
    assert gone(district, "U002", TUESDAY) == [("V2", "demoted")]
    before = alerts(district), sent_versions(district), files(district)
    assert run(district, MONDAY) == []
    assert (alerts(district), sent_versions(district), files(district)) == before


@pytest.mark.parametrize("reason", ["retired", "new_version", "new_thresholds"])
def test_a_body_is_told_that_the_rule_is_why_an_alert_ended(
    district: District, reason: str
) -> None:
    district.hit("ATT-001", "V1", until=TUESDAY)
    district.add("marts.mart_rule_hit_history", "ATT-001", "V1", MONDAY, TUESDAY, reason)
    district.evaluated(MONDAY, TUESDAY)
    run(district, MONDAY, TUESDAY)
    assert gone(district, "U002", TUESDAY) == [("V1", reason)]


def test_the_same_day_again_sends_nothing(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.hit("REC-001", "V2", since=TUESDAY)
    district.evaluated(MONDAY, TUESDAY)
    first = run(district, MONDAY, TUESDAY)
    assert {status for *_, status in first} == {"delivered"}
    before = alerts(district), sent_versions(district), files(district)
    assert run(district, TUESDAY, MONDAY, TUESDAY) == []
    assert (alerts(district), sent_versions(district), files(district)) == before
    assert pending(district.settings) == []
    assert deliver(MONDAY, "TC01", district.settings).status == "unchanged"
    assert deliver(MONDAY, "SO2", district.settings).status == "nothing"


def test_days_in_any_order_end_with_the_same_alerts_and_files(district: District) -> None:
    district.hit("ATT-001", "V1", until=WEDNESDAY)
    district.hit("REC-001", "V2", since=TUESDAY)
    district.hit("ATT-001", "V3", until=TUESDAY)
    district.hit("ATT-001", "V3", since=WEDNESDAY, amount="70000.00")
    ends = []
    for order in permutations(DAYS):
        district.run("truncate ops.evaluation, ops.alert, ops.delivery, ops.alert_day cascade")
        for day in order:
            district.evaluated(day)
            issue(day, district.settings)
        issue_all(DAYS, district.settings)
        latest = district.rows(
            "select distinct on (body_code, business_date) body_code, business_date, content_hash "
            "from ops.delivery where state = 'pending' order by 1, 2, version desc"
        )
        ends.append((alerts(district), latest))
    assert all(end == ends[0] for end in ends)
    assert ends[0][1]


def test_dates_that_were_never_issued_are_caught_up(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY, TUESDAY)
    results = issue_all([TUESDAY], district.settings)
    assert [result.business_date for result in results] == [MONDAY, TUESDAY]
    assert alerts(district)[0][4] == MONDAY


def test_a_date_that_is_not_evaluated_is_refused(district: District) -> None:
    with pytest.raises(EvaluationError, match="has not been evaluated"):
        issue(MONDAY, district.settings)
    district.evaluated(MONDAY)
    district.run("update ops.evaluation set state = 'stale'")
    with pytest.raises(EvaluationError, match="is stale"):
        issue(MONDAY, district.settings)


def test_a_correction_replaces_what_was_sent_and_tells_the_body(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.hit("ATT-001", "V2")
    district.evaluated(*DAYS)
    run(district, MONDAY, TUESDAY)
    untouched = sent_versions(district)
    district.unhit("ATT-001", "V1")
    district.hit("REC-001", "V9")
    sent = run(district, MONDAY)
    assert (MONDAY, "U002", "delivered") in sent
    assert (TUESDAY, "U002", "delivered") in sent
    assert (MONDAY, "RG01", "delivered") in sent
    # The earlier version is a fact: its row stays, its folder is kept aside.
    assert set(untouched) <= set(sent_versions(district))
    former = district.settings.outbox / ".superseded" / "U002" / "2025-09-01.before-v2"
    assert b"V1" in (former / "alerts.csv").read_bytes()
    assert [row["subject_id"] for row in table(district, "U002", MONDAY)] == ["V2"]
    assert (
        district.value(
            "select content -> 'gone' -> 0 ->> 'reason' from ops.delivery "
            "where body_code = 'U002' and business_date = %s and version = 2",
            MONDAY,
        )
        == "cleared"
    )
    assert ("ATT-001", "V1", "yellow", "auto_resolved") in [row[:4] for row in alerts(district)]
    # And again: nothing more to say.
    assert run(district, MONDAY, TUESDAY) == []
    # What comes back is sent again, as a third version.
    district.hit("ATT-001", "V1")
    run(district, MONDAY)
    assert [row["subject_id"] for row in table(district, "U002", MONDAY)] == ["V1", "V2"]
    assert (
        district.value(
            "select max(version) from ops.delivery where body_code = 'U002' and business_date = %s",
            MONDAY,
        )
        == 3
    )


def test_what_was_never_sent_is_forgotten_when_corrected(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    district.unhit("ATT-001", "V1")
    assert issue(MONDAY, district.settings).bodies == []
    assert alerts(district) == []
    assert district.value("select is_quiet from ops.alert_day")


def first_said(district: District) -> tuple[Any, ...]:
    """Lines and parameters that the alert on V1 keeps, and its evidence."""
    (found,) = district.rows(
        "select first_sources -> 0 ->> 'lines', first_parameters, first_evidence ->> 'summary' "
        "from ops.alert where subject_id = 'V1'"
    )
    return found


def test_what_was_first_said_stays_once_it_was_handed_over(district: District) -> None:
    district.hit("ATT-001", "V1", until=TUESDAY)
    district.hit("ATT-001", "V1", since=WEDNESDAY)
    district.evaluated(*DAYS)
    # It is found on Wednesday, and nothing is on record of what that rests on.
    district.run("update marts.fct_rule_hit_spell set detected_on = %s", WEDNESDAY)
    issue(WEDNESDAY, district.settings)
    assert first_said(district) == (None, None, "办公用品")
    # A correction has it begin on Monday, and corrects that again: nobody had it yet.
    district.run(
        "update marts.fct_rule_hit_spell set detected_on = %s where cleared_on = %s",
        MONDAY,
        TUESDAY,
    )
    for lines in ("2", "7-8"):
        district.rests_on("ATT-001", "V1", lines, {"min_expense": 1000})
        issue(MONDAY, district.settings)
        assert first_said(district) == (lines, {"min_expense": 1000}, "办公用品")
    run(district, *DAYS)
    assert [row[3] for row in alerts(district)] == ["delivered"], "opened anew on Wednesday"
    district.rests_on("ATT-001", "V1", "9", {"min_expense": 5000})
    district.run('update marts.fct_rule_hit_spell set evidence = \'{"summary": "接待"}\'')
    run(district, WEDNESDAY, MONDAY)
    assert first_said(district) == ("7-8", {"min_expense": 1000}, "办公用品")
    assert district.value("select evidence ->> 'summary' from ops.alert") == "接待"


def test_what_people_wrote_is_never_taken_back(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.evaluated(*DAYS)
    run(district, MONDAY)
    alert = district.value("select alert_id from ops.alert")
    district.run(
        "insert into ops.alert_event (alert_id, event, to_state, actor, business_date) "
        "values (%s, 'verifying', 'verifying', 'TC01', %s)",
        alert,
        TUESDAY,
    )
    run(district, TUESDAY)
    assert table(district, "TC01", TUESDAY)[0]["state"] == "verifying"
    # The hit is gone, but a person is on it: it stays open.
    district.clear("ATT-001", "V1", WEDNESDAY)
    run(district, WEDNESDAY, MONDAY)
    assert alerts(district)[0][3] == "verifying"
    assert district.rows("select event from ops.alert_event where actor = 'TC01'") == [
        ("verifying",)
    ]
    assert [row["subject_id"] for row in table(district, "TC01", WEDNESDAY)] == ["V1"]


def test_all_or_nothing(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    district.run(
        "create function pg_temp_fail() returns trigger language plpgsql as "
        "$$ begin raise exception 'disk full'; end $$"
    )
    district.run(
        "create trigger fail before insert on ops.delivery for each row "
        "execute function pg_temp_fail()"
    )
    with pytest.raises(Exception, match="disk full"):
        issue(MONDAY, district.settings)
    assert alerts(district) == []
    assert district.rows("select * from ops.alert_event") == []
    district.run("drop trigger fail on ops.delivery")
    assert issue(MONDAY, district.settings).bodies == ["TC01", "U002"]


def test_two_at_once_make_one(district: District) -> None:
    for number in range(50):
        district.hit("ATT-001", f"V{number}")
    district.evaluated(MONDAY, TUESDAY)
    results: list[object] = []

    def work(day: date) -> None:
        try:
            results.append(run(district, day))
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=work, args=(day,)) for day in (MONDAY, TUESDAY) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not [result for result in results if isinstance(result, Exception)]
    assert district.value("select count(*) from ops.alert") == 50
    assert {row[2] for row in sent_versions(district)} == {1}
    assert len(sent_versions(district)) == 4
    assert district.value("select count(*) from ops.delivery_receipt") == 4


def test_body_codes_cannot_leave_the_outbox(district: District) -> None:
    district.run(
        "update staging.stg_supervision__body set body_code = '../../U' where body_code = 'U002'"
    )
    district.run(
        "update staging.stg_supervision__jurisdiction set own_body_code = '../../U' "
        "where own_body_code = 'U002'"
    )
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    run(district, MONDAY)
    folders = {path.name for path in district.settings.outbox.iterdir()} - {".incoming"}
    assert folders == {"TC01", "%2E.%2F..%2FU"}


def test_amounts_stay_exact(district: District) -> None:
    district.hit("ATT-001", "V1", amount="9999999999999999.99")
    district.evaluated(MONDAY)
    run(district, MONDAY)
    (row,) = table(district, "TC01", MONDAY)
    assert Decimal(row["amount"]) == Decimal("9999999999999999.99")
    assert Path(district.settings.outbox / "TC01").exists()
