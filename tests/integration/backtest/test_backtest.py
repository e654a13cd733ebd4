"""A backtest of past dates finds what the daily evaluation found on them, and touches nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner

from huiyan.alerts.issue import issue
from huiyan.backtest import keep
from huiyan.backtest.run import backtest, judged, prepared
from huiyan.backtest.spells import Findings
from huiyan.bench.compare import RESULTS, Row, compare_rows
from huiyan.errors import ConfigurationError, EvaluationError
from huiyan.rules.catalogue import load_rule, load_rules
from huiyan.rules.cli import app
from huiyan.settings import Settings
from huiyan.warehouse import embedded
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate
from landed import accept, accept_day, accept_references
from landing_zone import Row as Delivered
from landing_zone import attachment, bodies, jurisdictions, payment, swipe, users, voucher
from warehouses import Snapshot, Warehouses

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2025, 9, day) for day in (1, 2, 3, 4))
RULES = (
    *("REC-001", "ATT-001", "VOU-001", "INV-005", "CARD-001", "PROC-001", "BOOK-002", "SCF-001"),
    "LOOP-002",
    "LOOP-004",
)
LIVE = ("marts.fct_rule_hit_spell", "marts.fct_rule_run", "ops.alert", "ops.alert_route")


def reception(number: str, **changes: str) -> list[Delivered]:
    return voucher(
        "F002", number, "800.00", dep_bgt_eco_code="30217", vou_det_desc="公务接待", **changes
    )


def invoice(agency: str, number: str) -> Delivered:
    return attachment(agency, number, 1, "invoice", invoice_no="2" * 20, amount="1500.00")


def deliver_monday(settings: Settings) -> None:
    accept_references(settings, MONDAY)
    accept(settings, "bodies", MONDAY, bodies())
    accept(settings, "jurisdictions", MONDAY, jurisdictions())
    accept_day(
        settings,
        MONDAY,
        vouchers=[
            *reception("记0001"),
            # In its grace until Thursday, on which it has neither letter nor list.
            *reception("记0002", poster_date="2025-09-01"),
            *voucher("F001", "记0001", "1500.00", pay_voucher_no="P0"),
            *voucher("F003", "记0001", "1500.00", poster_date="2025-08-20"),
        ],
        attachments=[attachment("F002", "记0001", 1, "reception_list"), invoice("F001", "记0001")],
        payments=[
            payment("P0", "T001", "1500.00"),
            # Due to be booked by Tuesday.
            payment("P1", "T001", "120000.00", x_pay_date="2025-08-03"),
            payment("P2", "T002", "900.00", payee_acct_no="X9", payee_acct_name="青禾镇人民政府"),
        ],
        swipes=[swipe("C1", "T001", "88.00", mcc="5813", txn_at="2025-08-30 20:00:00")],
    )


def deliver_tuesday(settings: Settings) -> None:
    """The letter comes late, an invoice comes twice, a payment is the second of two."""
    accept_day(
        settings,
        TUESDAY,
        vouchers=voucher("F001", "记0009", "5000.00"),
        attachments=[attachment("F002", "记0001", 2, "official_letter"), invoice("F003", "记0001")],
        payments=[payment("P3", "T001", "90000.00", x_pay_date="2025-08-20")],
    )


def deliver_wednesday(settings: Settings) -> None:
    """No cards; a voucher is corrected, another reversed, a unit gets another name."""
    reversal = {"red_flag": "1", "red_vou_no": "记0001", "poster_date": "2025-09-03"}
    accept(
        settings,
        "finance_vouchers",
        WEDNESDAY,
        [
            *voucher("F001", "记0009", "999.99"),
            *voucher("F003", "记0008", "1500.00", **reversal),
        ],
    )
    accept(settings, "finance_attachments", WEDNESDAY, [])
    accept(settings, "treasury_payments", WEDNESDAY, [])
    renamed = [
        {**user, "agency_name": "青禾镇镇政府"} if user["agency_code"] == "F002" else user
        for user in users("finance")
    ]
    accept(settings, "finance_users", WEDNESDAY, renamed)


def close_alert(settings: Settings) -> None:
    """Monday's reception without a letter is confirmed and closed on Tuesday; another follows."""
    issue(MONDAY, settings)
    with connect(settings) as connection:
        for event, state in (("verdict", "confirmed"), ("closed", "closed")):
            connection.execute(
                "insert into ops.alert_event"
                " (alert_id, event, to_state, actor, detail, business_date)"
                " select alert_id, %s, %s, 'body', '{}', %s from ops.alert"
                " where rule_id = 'REC-001' and subject_id = 'AF002/2025/07/记0001'",
                (event, state, TUESDAY),
            )


def correct_monday(settings: Settings) -> None:
    """Monday's cards again, without the bar and with another one."""
    accept(
        settings,
        "card_transactions",
        MONDAY,
        [swipe("C2", "T002", "99.00", mcc="7995", txn_at="2025-08-30 21:00:00")],
    )


@dataclass(frozen=True)
class Lived:
    """A warehouse after four days, and what the rules found on each when it was evaluated last."""

    settings: Settings
    results: dict[date, list[Row]]


def results(settings: Settings) -> list[Row]:
    with connect(settings) as connection:
        return connection.execute(RESULTS).fetchall()


def live_state(settings: Settings) -> dict[str, list[str]]:
    with connect(settings) as connection:
        return {
            table: [
                row
                for (row,) in connection.execute(
                    f"select cast(found.* as text) from {table} as found order by 1"
                )
            ]
            for table in LIVE
        }


@pytest.fixture(scope="module")
def lived(
    postgres: embedded.Server, empty_warehouse: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lived]:
    with Warehouses(postgres, empty_warehouse, tmp_path_factory.mktemp("lived")) as warehouses:
        settings = warehouses.make()
        found = {}
        for day, deliver in (
            (MONDAY, deliver_monday),
            (MONDAY, correct_monday),
            (TUESDAY, deliver_tuesday),
            (WEDNESDAY, deliver_wednesday),
            (THURSDAY, lambda settings: accept_day(settings, THURSDAY)),
        ):
            deliver(settings)
            evaluate(day, settings)
            found[day] = results(settings)
            if deliver is correct_monday:
                close_alert(settings)
        issue(THURSDAY, settings)
        yield Lived(settings, found)


def recorded(settings: Settings, rule_id: str) -> tuple[list[Any], list[Any]]:
    """The ledger of a rule: its days, and its spells without their evidence."""
    with connect(settings) as connection:
        days = connection.execute(
            "select business_date, status, population, hits, new_hits, cleared_hits"
            " from marts.fct_rule_run where rule_id = %s order by business_date",
            (rule_id,),
        ).fetchall()
        spells = connection.execute(
            "select subject_id, unit_id, amount, base_tier, detected_on, cleared_on"
            " from marts.fct_rule_hit_spell where rule_id = %s order by detected_on, subject_id",
            (rule_id,),
        ).fetchall()
    return days, spells


def found_by(findings: Findings) -> tuple[list[Any], list[Any]]:
    days = [
        (d.business_date, d.status, d.population, d.hits, d.new_hits, d.cleared_hits)
        for d in findings.days
    ]
    spells = [
        (
            s.hit.subject_id,
            s.hit.unit_id,
            s.hit.amount,
            s.hit.base_tier,
            s.detected_on,
            s.cleared_on,
        )
        for s in findings.spells
    ]
    return days, spells


def hits_as_live(lived: Lived, rule_id: str, since: date | None = None) -> int:
    """Judge a rule again; each date finds what the warehouse found. How many hits in all."""
    rule = load_rule(rule_id)
    rows: dict[date, list[Row]] = {}
    with prepared(rule, lived.settings, since) as ready:
        for each in judged(ready, {}, lived.settings):
            rows[each.business_date] = [
                (
                    rule_id,
                    hit.subject_id,
                    hit.subject_type,
                    hit.unit_id,
                    hit.finance_agency_code,
                    hit.treasury_agency_code,
                    hit.occurred_on,
                    hit.amount,
                    hit.base_tier,
                    None,
                    hit.evidence,
                )
                for hit in each.read(sorted(each.subjects))
            ]
    for day, found in rows.items():
        expected = [
            (*row[:8], row[8] or rule.base_tier, None, row[10])
            for row in lived.results[day]
            if row[0] == rule_id and row[1]
        ]
        assert compare_rows(expected, found).differences == [], (rule_id, day)
    return sum(len(found) for found in rows.values())


def test_every_date_is_judged_as_it_was(lived: Lived) -> None:
    hits = {rule_id: hits_as_live(lived, rule_id) for rule_id in RULES}
    assert all(hits.values()), hits
    assert hits["REC-001"] > 1


def test_every_rule_is_judged_as_it_was(lived: Lived) -> None:
    """Whatever each of them goes back to is kept of the tables a session makes."""
    hits = {rule_id: hits_as_live(lived, rule_id, THURSDAY) for rule_id in load_rules()}
    assert sum(1 for found in hits.values() if found) >= 10, hits


def test_a_history_is_the_ledger_and_nothing_live_changes(lived: Lived) -> None:
    settings = lived.settings
    before = live_state(settings)
    assert all(before.values())
    for rule_id in ("REC-001", "CARD-001", "ATT-001"):
        result, folder = backtest(rule_id, settings=settings)
        assert found_by(result.found) == recorded(settings, rule_id)
        assert {change for change, _ in result.changes()} == {"same"}
    statuses = [day.status for day in backtest("CARD-001", settings=settings)[0].found.days]
    assert statuses == ["hit", "hit", "not_evaluated", "hit"]

    kept = {path: path.read_bytes() for path in folder.iterdir()}
    assert {path.name for path in kept} == {keep.PAGE, keep.HITS}
    copies = {
        path: path.stat().st_mtime_ns
        for path in (settings.home_dir / "lake").glob("staging.*.parquet")
    }
    result, _ = backtest("ATT-001", settings=settings)
    assert {path: path.read_bytes() for path in folder.iterdir()} == kept
    assert {path: path.stat().st_mtime_ns for path in copies} == copies
    assert live_state(settings) == before


def test_alerts_verdicts_and_volume_are_those_of_the_live_rule(lived: Lived) -> None:
    settings = lived.settings
    result, _ = backtest("REC-001", settings=settings)
    with connect(settings) as connection:
        routes = connection.execute(
            "select routes.body_name, routes.body_code, routes.role, count(*)"
            " from ops.alert_route as routes"
            " inner join ops.alert_opening as openings"
            " on routes.alert_id = openings.alert_id and routes.assigned_on = openings.opened_on"
            " inner join ops.alert as alerts on routes.alert_id = alerts.alert_id"
            " where alerts.rule_id = 'REC-001' group by 1, 2, 3"
        ).fetchall()
    expected: dict[tuple[str, str], dict[str, int]] = {}
    for name, code, role, number in routes:
        expected.setdefault((name, code), {})[role] = number
    assert result.volume.bodies == {
        body: (roles.get("dispose", 0), roles.get("verify", 0)) for body, roles in expected.items()
    }
    with connect(settings) as connection:
        states = connection.execute(
            "select state, count(*) from ops.alert where rule_id = 'REC-001' group by 1"
        ).fetchall()
    assert sorted((each.state, each.own) for each in result.verdicts if each.own) == sorted(states)
    assert {overlap.rule_id for overlap in result.overlaps} >= {"REC-002"}


def test_what_comes_back_after_its_closing_is_raised(lived: Lived) -> None:
    with connect(lived.settings) as connection:
        rows = connection.execute(
            "select alerts.rule_id, alerts.subject_id, steps.from_tier, steps.to_tier,"
            " steps.business_date, steps.reason"
            " from ops.alert_tier_step as steps"
            " inner join ops.alert as alerts on steps.alert_id = alerts.alert_id"
            " where steps.reason_code = 'recurrence'"
        ).fetchall()
        alerts = connection.execute(
            "select count(*) from ops.alert where rule_id = 'LOOP-002'"
        ).fetchone()
    reason = "办结后再次发生：同类疑点经核实属实，2025-09-02 办结，2 天后又出现"
    assert rows == [("REC-001", "AF002/2025/07/记0002", "orange", "red", THURSDAY, reason)]
    assert alerts == (0,)


def test_the_command_prints_and_keeps_it(lived: Lived) -> None:
    said = CliRunner().invoke(app, ["backtest", "card-001", "--from", "2025-09-02"])
    assert said.exit_code == 0, said.output
    assert "3 evaluated business dates, 2025-09-02 to 2025-09-04" in said.output
    assert "on 1 of them: a feed was missing, or the rule retired" in said.output
    for title in ("Hits per month", "Hits per township", "Overlap", "Verdicts", "Volume per body"):
        assert title in said.output
    folder = lived.settings.home_dir / "backtests" / "CARD-001" / "2025-09-02_2025-09-04"
    assert (folder / keep.PAGE).exists()


def test_other_values_and_ranges_are_tried(lived: Lived) -> None:
    settings = lived.settings
    result, folder = backtest("REC-001", given=["attachment_grace_days=2"], settings=settings)
    early = ("new", "AF002/2025/07/记0002")
    found = result.found.subjects()
    assert found[early[1]].first_detected_on == WEDNESDAY
    assert result.live.subjects()[early[1]].first_detected_on == THURSDAY
    assert result.thresholds[0].in_force == (Decimal(3),)
    assert folder.name == "2025-09-01_2025-09-04_ALL.attachment_grace_days=2"

    result, _ = backtest("ATT-001", given=["min_expense=500"], settings=settings)
    changes = {subject.hit.subject_id: change for change, subject in result.changes()}
    assert set(changes.values()) == {"new", "same"}

    result, _ = backtest("REC-001", since=TUESDAY, until=WEDNESDAY, settings=settings)
    assert result.days == (TUESDAY, WEDNESDAY)
    assert {change for change, _ in result.changes()} <= {"same"}
    with pytest.raises(EvaluationError, match="No evaluated business date from 2025-09-05"):
        backtest("REC-001", since=date(2025, 9, 5), settings=settings)
    with pytest.raises(ConfigurationError, match=r"REC-001 has ALL\.attachment_grace_days"):
        backtest("REC-001", given=["late_days=1"], settings=settings)
