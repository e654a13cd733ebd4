"""An open complaint raises the tier; the unit complained about never reads why."""

import json
from datetime import date
from typing import Any

from alert_district import MONDAY, TUESDAY, WEDNESDAY, District
from huiyan.alerts.issue import issue_all
from huiyan.warehouse.connection import connect

WORDS, NEUTRAL = "该单位有未办结信访件", "综合研判，上调一级"


def complain(
    district: District,
    agency: str = "F002",
    *,
    since: date = MONDAY,
    until: date | None = None,
    status: str = "open",
    platform: str = "finance",
    key: str = "XF1",
) -> None:
    district.run(
        "insert into staging.stg_petition__complaint (complaint_no, platform, agency_code, "
        "received_on, matter_class, status, natural_key, valid_from, valid_to, batch_id, file_no, "
        "line_no) values (%s, %s, %s, %s, 'other', %s, %s, %s, %s, 1, 1, 2)",
        key,
        platform,
        agency,
        since,
        status,
        key,
        since,
        until,
    )


def issue(district: District, *days: date) -> None:
    district.evaluated(*days)
    issue_all(days, district.settings)


def tiers(district: District) -> list[tuple[Any, ...]]:
    return district.rows("select rule_id, tier from ops.alert order by 1")


def steps(district: District) -> list[tuple[Any, ...]]:
    return district.rows(
        "select reason_code, from_tier, to_tier, reason, business_date from ops.alert_tier_step"
    )


def extracts(district: District, day: date) -> dict[str, Any]:
    return {
        body: json.dumps(content, ensure_ascii=False)
        for body, content in district.rows(
            "select body_code, content from ops.delivery where business_date = %s "
            "and state <> 'superseded'",
            day,
        )
    }


def test_an_open_complaint_raises_the_tier_once_and_others_read_why(district: District) -> None:
    district.hit("ATT-001", "v1")
    district.hit("ATT-001", "v2", "F003")
    complain(district, since=TUESDAY, until=WEDNESDAY)
    issue(district, MONDAY, TUESDAY, WEDNESDAY)
    assert steps(district) == [("complaint", "yellow", "orange", NEUTRAL, TUESDAY)]
    assert district.rows("select subject_id, tier from ops.alert order by 1") == [
        ("v1", "orange"),
        ("v2", "yellow"),
    ]
    on_tuesday = extracts(district, TUESDAY)
    assert {body for body, said in on_tuesday.items() if WORDS in said} == {"RG01", "TC01"}
    # The unit is only told that the alert is no longer its own.
    assert "U002" in on_tuesday
    assert not any(word in on_tuesday["U002"] for word in ("信访", "complaint", NEUTRAL))
    before = steps(district), extracts(district, WEDNESDAY)
    issue_all([TUESDAY], district.settings)
    assert (steps(district), extracts(district, WEDNESDAY)) == before


def test_no_other_complaint_does(district: District) -> None:
    district.hit("ATT-001", "v1")
    others: tuple[dict[str, Any], ...] = (
        {"status": "closed"},
        {"agency": "F003"},
        {"platform": "treasury"},
        {"since": TUESDAY},
        {"since": date(2025, 8, 1), "until": MONDAY},
    )
    for place, complaint in enumerate(others):
        complain(district, key=f"XF{place}", **complaint)
    issue(district, MONDAY)
    assert tiers(district) == [("ATT-001", "yellow")]


def test_a_body_that_is_the_unit_reads_neutral_words(district: District) -> None:
    # A unit's own staff has no orange alerts, save where it is named as the regulator of another.
    district.jurisdiction("F009", "U002", "U002", "U003", "SO1")
    district.add("staging.stg_finance__user", "F009", "青禾镇农业站", date(2025, 1, 1), None)
    district.hit("ATT-001", "v1", "F009")
    complain(district, "F009")
    issue(district, MONDAY)
    said = extracts(district, MONDAY)
    assert NEUTRAL in said["U003"]
    assert WORDS not in said["U003"]
    assert district.routes("ATT-001", "v1")["verify"] != "U002"


def test_nobody_but_the_pipeline_may_read_complaints(district: District) -> None:
    with connect(district.settings, role="huiyan_read") as connection:
        readable = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_name like '%complaint%' and has_table_privilege("
            "format('%I.%I', table_schema, table_name), 'select')"
        ).fetchall()
        columns = connection.execute(
            "select 1 from information_schema.columns "
            "where table_schema = 'marts' and column_name like '%complaint%'"
        ).fetchall()
    assert readable == columns == []
