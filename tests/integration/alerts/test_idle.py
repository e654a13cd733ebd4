"""Exceptions that except nothing: which ones, and why."""

from datetime import date

from alert_district import MONDAY, TUESDAY, District
from huiyan.alerts.idle import entries_in_warehouse, entry, idle
from huiyan.rules.exceptions import AlertException
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

END = date(2026, 9, 1)


def exception(
    line: int, rule: str, subject: str | None, unit: str | None = None, until: date = END
) -> AlertException:
    return AlertException(
        rule_id=rule,
        subject_id=subject,
        unit_id=unit,
        reason="已批准",
        approved_by="区纪委",
        valid_from=TUESDAY,
        valid_to=until,
        where=f"x.csv, line {line}",
    )


def test_those_that_match_nothing_are_named_with_their_line(district: District) -> None:
    for unit in ("FF002", "FF003"):
        district.run("insert into marts.dim_unit (unit_id) values (%s)", unit)
    district.hit("ATT-001", "V1")
    # A hit that is gone was one.
    district.hit("ATT-001", "V2", until=TUESDAY)
    exceptions = [
        exception(2, "ATT-001", "V1"),
        exception(3, "ATT-001", "V2", "FF002"),
        exception(4, "REC-001", None, "FF003"),
        exception(5, "ATT-001", "V1", "FF003"),
        exception(6, "ATT-001", "V11"),
        exception(7, "ATT-01", "V1"),
        exception(8, "ATT-001", None, "FF999"),
        exception(9, "REC-001", "V1"),
        exception(10, "ATT-001", "V11", until=MONDAY),
    ]
    with connect(district.settings, role="huiyan_push") as connection:
        found = idle(connection, exceptions, MONDAY)
    assert found == [
        "x.csv, line 5: ATT-001 V1 FF003 excepts nothing: no hit of ATT-001 on this subject in "
        "unit FF003 was ever found. Look for a typing error.",
        "x.csv, line 6: ATT-001 V11 excepts nothing: no hit of ATT-001 on this subject was ever "
        "found. Look for a typing error.",
        "x.csv, line 7: ATT-01 V1 excepts nothing: there is no rule ATT-01. Look for a typing "
        "error.",
        "x.csv, line 8: ATT-001 FF999 excepts nothing: there is no unit FF999. Look for a typing "
        "error.",
        "x.csv, line 9: REC-001 V1 excepts nothing: no hit of REC-001 on this subject was ever "
        "found. Look for a typing error.",
    ]


def test_an_exception_is_known_once_the_warehouse_has_it(district: District) -> None:
    new = exception(2, "ATT-001", "V1")
    with connect(district.settings, role="huiyan_push") as connection:
        assert entries_in_warehouse(connection) == set()
    district.add(
        "reference.alert_suppression", "ATT-001", "V1", None, "已批准", "区纪委", TUESDAY, END
    )
    with connect(district.settings, role="huiyan_push") as connection:
        assert entries_in_warehouse(connection) == {entry(new)}


def test_before_anything_was_judged_nothing_is_said(warehouse: Settings) -> None:
    with connect(warehouse) as connection:
        connection.execute("drop schema marts, reference cascade")
    with connect(warehouse, role="huiyan_push") as connection:
        assert entries_in_warehouse(connection) == set()
        assert idle(connection, [exception(2, "ATT-001", "V1")], MONDAY) == []
