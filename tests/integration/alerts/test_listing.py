"""`huiyan alerts`: what was open on a business date, as it stood on it."""

import json
from datetime import date

import pytest
from rich.console import Console
from typer.testing import CliRunner

from alert_district import MONDAY, TUESDAY, WEDNESDAY, District
from huiyan.alerts.issue import issue_all
from huiyan.alerts.listing import OpenAlert, open_alerts, render
from huiyan.cli import app
from huiyan.delivery.deliver import deliver
from huiyan.errors import NotFoundError

DAYS = (MONDAY, TUESDAY, WEDNESDAY)


def run(district: District, *days: date) -> None:
    for day in days:
        for result in issue_all([day], district.settings):
            for body in result.bodies:
                deliver(result.business_date, body, district.settings)


@pytest.fixture
def three_days(district: District) -> District:
    """Five alerts, one after the other; one is resolved on the second day and comes back on the
    third, and on the second day the fourth rises a tier."""
    district.hit("ATT-001", "V1", amount="100.00")
    district.hit("REC-001", "V2")
    district.hit("CARD-001", "C1", subject_type="card_transaction", until=TUESDAY)
    district.hit("ATT-001", "V4", "F003")
    district.hit("REC-001", "V4", "F003", since=TUESDAY)
    district.hit("INV-001", "V4", "F003", since=TUESDAY)
    district.hit("CARD-001", "C1", subject_type="card_transaction", since=WEDNESDAY)
    district.evaluated(*DAYS)
    run(district, *DAYS)
    return district


def subjects(alerts: list[OpenAlert]) -> set[tuple[str, str]]:
    return {(alert.rule_id, alert.subject_id) for alert in alerts}


def test_the_latest_date_has_what_the_mart_has(three_days: District) -> None:
    three_days.answer("REC-001", "V2", WEDNESDAY, "acknowledged")
    day, found = open_alerts(settings=three_days.settings)
    assert day == WEDNESDAY
    mart = three_days.rows(
        "select alert_id, tier, state, due_on, dispose_body_code, verify_body_code, unit_name, "
        "amount, opened_on from ops.alert "
        "left join (select alert_id, max(body_code) filter (where role = 'dispose') as "
        "dispose_body_code, max(body_code) filter (where role = 'verify') as verify_body_code "
        "from ops.alert_route where ended_on is null group by alert_id) as r using (alert_id) "
        "where resolved_on is null"
    )
    assert len(mart) == 6
    assert {
        (
            each.alert_id, each.tier, each.due_on, each.dispose_body_code,
            each.verify_body_code, each.unit_name, each.amount, each.opened_on,
        )
        for each in found
    } == {(row[0], row[1], *row[3:]) for row in mart}  # fmt: skip
    states = {(each.rule_id, each.subject_id): each.state for each in found}
    assert states["REC-001", "V2"] == "acknowledged"
    assert states["CARD-001", "C1"] == "delivered"
    assert [each.tier for each in found] == sorted(
        (each.tier for each in found), key=("red", "orange", "yellow").index
    )


def test_an_earlier_date_is_told_as_it_was(three_days: District) -> None:
    settings = three_days.settings
    counted = dict(three_days.rows("select business_date, open_alerts from ops.alert_day"))
    for day in DAYS:
        assert len(open_alerts(day, settings=settings)[1]) == counted[day]
    _, monday = open_alerts(MONDAY, settings=settings)
    _, tuesday = open_alerts(TUESDAY, settings=settings)
    assert ("CARD-001", "C1") in subjects(monday)
    assert ("CARD-001", "C1") not in subjects(tuesday)
    assert ("REC-001", "V4") not in subjects(monday)
    tiers = [
        next(each.tier for each in of_day if (each.rule_id, each.subject_id) == ("ATT-001", "V4"))
        for of_day in (monday, tuesday)
    ]
    assert tiers == ["yellow", "orange"]
    _, wednesday = open_alerts(WEDNESDAY, settings=settings)
    assert [each.subject_id for each in wednesday if each.is_new] == ["C1"]


def test_it_is_narrowed_by_tier_body_and_rule(three_days: District) -> None:
    settings = three_days.settings
    _, everything = open_alerts(settings=settings)
    _, red = open_alerts(tier="red", settings=settings)
    assert subjects(red) == subjects([each for each in everything if each.tier == "red"])
    _, of_rule = open_alerts(rule="REC-001", settings=settings)
    assert subjects(of_rule) == {("REC-001", "V2"), ("REC-001", "V4")}
    _, own = open_alerts(body="U002", settings=settings)
    assert subjects(own) == {("ATT-001", "V1")}
    _, verified = open_alerts(body="TC01", settings=settings)
    assert subjects(verified) == subjects(everything), "who verifies has them too"
    assert open_alerts(rule="REC-001", tier="yellow", settings=settings) == (WEDNESDAY, [])


def test_what_cannot_be_told_is_said(district: District) -> None:
    with pytest.raises(NotFoundError, match="No alerts were issued yet"):
        open_alerts(settings=district.settings)
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    run(district, MONDAY)
    with pytest.raises(NotFoundError, match=f"for {TUESDAY}; the latest date that was is {MONDAY}"):
        open_alerts(TUESDAY, settings=district.settings)
    with pytest.raises(NotFoundError, match="No alert ever went to a body U009"):
        open_alerts(body="U009", settings=district.settings)


@pytest.mark.parametrize("width", [80, 200])
def test_every_fact_is_whole_whatever_the_width(three_days: District, width: int) -> None:
    day, found = open_alerts(settings=three_days.settings)
    console = Console(record=True, width=width)
    render(day, found, 0, console)
    text = console.export_text()
    for each in found:
        assert each.unit_name
        assert each.dispose_body_name
        for fact in (each.alert_id[:12], str(each.due_on), each.unit_name, each.dispose_body_name):
            assert fact in text
    assert "2025-09-03：未结预警 6 条（红色 2、橙色 3、黄色 1），其中当日新增 1 条。\n" in text


def test_the_command_lists_the_most_urgent_and_says_how_many_there_are(
    three_days: District,
) -> None:
    runner = CliRunner()
    said = runner.invoke(app, ["alerts", "--limit", "2"])
    assert said.exit_code == 0, said.output
    assert "未结预警 6 条" in said.output
    assert "以上为前 2 条" in said.output
    _, found = open_alerts(settings=three_days.settings)
    assert [each.alert_id[:12] in said.output for each in found] == [True] * 2 + [False] * 4
    said = runner.invoke(app, ["alerts", "--tier", "red", "--json", "--date", str(WEDNESDAY)])
    assert [(each["tier"], each["subject_id"]) for each in json.loads(said.stdout)] == [
        ("red", "V4"),
        ("red", "C1"),
    ]
    said = runner.invoke(app, ["alerts", "--rule", "inv-001", "--tier", "red"])
    assert said.output == "2025-09-03：没有符合条件的未结预警。\n"
