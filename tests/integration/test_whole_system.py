"""What holds for the system as a whole, whatever the day: repetition, order, correction, loss."""

import threading
from collections.abc import Callable
from datetime import date

import pytest

from huiyan.feeds.contract import load_contracts
from huiyan.pipeline import Day, run_day
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from landing_zone import Row, Town, attachment, deliver, payment, swipe, voucher

MONDAY, TUESDAY, WEDNESDAY = date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 3)

STATE = {
    "marts.fct_rule_hit": "hit_id, first_detected_on, last_detected_on, cleared_on, is_open, "
    "amount, base_tier, evidence::text",
    "marts.fct_rule_run": "rule_id, business_date, status, population, hits, new_hits, "
    "cleared_hits",
    "ops.alert": "alert_id",
}


def open_hits(settings: Settings) -> set[tuple[str, str]]:
    with connect(settings) as connection:
        return set(
            connection.execute(
                "select rule_id, subject_id from marts.fct_rule_hit where is_open"
            ).fetchall()
        )


def state(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    with connect(settings) as connection:
        return {
            table: sorted(connection.execute(f"select {columns} from {table}").fetchall(), key=repr)
            for table, columns in STATE.items()
        }


def deliveries(settings: Settings) -> list[tuple[object, ...]]:
    with connect(settings) as connection:
        return connection.execute(
            "select body_code, business_date, content_hash from ops.delivery order by 1, 2, 3"
        ).fetchall()


def extracts(settings: Settings) -> dict[str, bytes]:
    return {
        str(path.relative_to(settings.outbox)): path.read_bytes()
        for path in sorted(settings.outbox.rglob("*"))
        if path.is_file()
    }


def reception(number: str, **changes: str) -> list[Row]:
    """A lawful-looking reception of the town hall; letter and list are separate."""
    return voucher(
        "F002", number, "800.00", dep_bgt_eco_code="30217", vou_det_desc="公务接待", **changes
    )


def first_days(town: Town) -> None:
    """Three days: a reception without letter, a small purchase, a swipe in a bar."""
    town.deliver_references(MONDAY)
    town.deliver_day(
        MONDAY,
        vouchers=[*reception("记0001"), *voucher("F001", "记0001", "100.00")],
        attachments=[attachment("F002", "记0001", 1, "reception_list")],
        payments=[payment("P0001", "T003", "20000.00", x_pay_date="2025-08-25")],
        swipes=[swipe("C0001", "T001", "88.00")],
    )
    town.deliver_day(
        TUESDAY,
        vouchers=voucher("F003", "记0001", "20000.00", pay_voucher_no="P0001"),
        attachments=[attachment("F003", "记0001", 1, "invoice", invoice_no="25327000000000000001")],
        swipes=[swipe("C0002", "T001", "288.00", mcc="5813", txn_at="2025-09-01 20:00:00")],
    )
    town.deliver_day(WEDNESDAY, attachments=[attachment("F002", "记0001", 2, "official_letter")])


def run(settings: Settings, *days: date) -> list[Day]:
    results = [run_day(day, settings) for day in days]
    for result in results:
        assert result.is_well, (result.feeds, result.failures)
    return results


def test_a_late_attachment_clears_the_missing_letter(warehouse: Settings) -> None:
    town = Town(warehouse.landing)
    first_days(town)
    run(warehouse, MONDAY, TUESDAY)
    letter = ("REC-001", "AF002/2025/07/记0001")
    assert letter in open_hits(warehouse)
    assert ("CARD-001", "C0002") in open_hits(warehouse)
    run(warehouse, WEDNESDAY)
    assert letter not in open_hits(warehouse)
    with connect(warehouse) as connection:
        dates = connection.execute(
            "select first_detected_on, cleared_on, evidence is not null from marts.fct_rule_hit "
            "where rule_id = 'REC-001'"
        ).fetchone()
    assert dates == (MONDAY, WEDNESDAY, True)


def test_the_same_day_twice_changes_nothing(warehouse: Settings) -> None:
    first_days(Town(warehouse.landing))
    run(warehouse, MONDAY, TUESDAY, WEDNESDAY)
    before = state(warehouse), deliveries(warehouse), extracts(warehouse)
    run(warehouse, WEDNESDAY)
    run(warehouse, MONDAY)
    assert (state(warehouse), deliveries(warehouse), extracts(warehouse)) == before


def test_days_in_any_order_end_in_the_same_state(
    warehouse: Settings, another_warehouse: Callable[[], Settings]
) -> None:
    first_days(Town(warehouse.landing))
    run(warehouse, MONDAY, TUESDAY, WEDNESDAY)
    other = another_warehouse()
    run(other, WEDNESDAY, MONDAY, TUESDAY)
    assert state(other) == state(warehouse)


def test_a_corrected_resend_clears_and_raises(warehouse: Settings) -> None:
    town = Town(warehouse.landing)
    first_days(town)
    run(warehouse, MONDAY, TUESDAY)
    deliver(
        town.landing,
        "card_transactions",
        TUESDAY,
        [
            swipe("C0002", "T001", "288.00", mcc="5942", txn_at="2025-09-01 20:00:00"),
            swipe("C0003", "T001", "199.00", mcc="7995", txn_at="2025-09-01 21:00:00"),
        ],
    )
    run(warehouse, TUESDAY)
    hits = open_hits(warehouse)
    assert ("CARD-001", "C0002") not in hits
    assert ("CARD-001", "C0003") in hits


def test_a_withdrawn_row_takes_its_hit_with_it(warehouse: Settings) -> None:
    town = Town(warehouse.landing)
    first_days(town)
    run(warehouse, MONDAY, TUESDAY)
    deliver(town.landing, "card_transactions", TUESDAY, [])
    run(warehouse, TUESDAY)
    assert not {hit for hit in open_hits(warehouse) if hit[0] == "CARD-001"}


def test_one_bad_feed_does_not_stop_the_others(warehouse: Settings) -> None:
    town = Town(warehouse.landing)
    first_days(town)
    broken = town.landing / "treasury_payments" / TUESDAY.isoformat() / "data.csv"
    broken.write_bytes(b"\xff\xfe\x00broken")
    run(warehouse, MONDAY)
    day = run_day(TUESDAY, warehouse)
    assert not day.is_well
    assert {feed.feed for feed in day.feeds if feed.status == "stopped"} == {"treasury_payments"}
    assert ("CARD-001", "C0002") in open_hits(warehouse)
    with connect(warehouse) as connection:
        statuses = dict(
            connection.execute(
                "select rule_id, status from marts.fct_rule_run where business_date = %s",
                [TUESDAY],
            ).fetchall()
        )
    assert statuses["PAY-001"] == "not_evaluated"
    assert statuses["CARD-001"] == "hit"


def test_every_row_is_accounted_for(warehouse: Settings) -> None:
    town = Town(warehouse.landing)
    first_days(town)
    good = [row for n in range(100, 130) for row in voucher("F001", f"记{n:04d}", "50.00")]
    bad = [{**voucher("F001", "记0999", "50.00")[0], "amt": "fifty"}]
    rows = [*good, *bad, good[0]]
    deliver(town.landing, "finance_vouchers", TUESDAY, rows, manifest=False)
    run(warehouse, MONDAY, TUESDAY)
    with connect(warehouse) as connection:
        for feed in load_contracts():
            unexplained = connection.execute(
                f"select b.batch_id, b.row_count, count(l.batch_id), c.good, c.duplicates, "
                f"c.quarantined, (select count(*) from quarantine.{feed} q "
                f"where q.batch_id = b.batch_id) from ops.batch b "
                f"join ops.row_count c using (batch_id) "
                f"left join landing.{feed} l using (batch_id) where b.feed = %s "
                f"group by 1, 2, 4, 5, 6 having not (b.row_count = count(l.batch_id) "
                f"and b.row_count = c.good + c.duplicates + c.quarantined)",
                [feed],
            ).fetchall()
            assert unexplained == []
        counted = connection.execute(
            "select good, duplicates, quarantined from ops.row_count join ops.batch "
            "using (batch_id) where feed = 'finance_vouchers' and business_date = %s",
            [TUESDAY],
        ).fetchone()
    assert counted == (60, 1, 1)


def test_two_runs_of_one_day_at_once(warehouse: Settings) -> None:
    first_days(Town(warehouse.landing))
    run(warehouse, MONDAY)
    results: list[Day | BaseException] = []

    def attempt() -> None:
        try:
            results.append(run_day(TUESDAY, warehouse))
        except BaseException as error:
            results.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result for result in results if isinstance(result, BaseException)] == []
    assert ("CARD-001", "C0002") in open_hits(warehouse)
    with connect(warehouse) as connection:
        versions = connection.execute(
            "select feed, max(version) from ops.batch group by feed having max(version) > 1"
        ).fetchall()
        sent = connection.execute(
            "select body_code, business_date, count(*) from ops.delivery "
            "group by 1, 2 having count(*) > 1"
        ).fetchall()
    assert versions == []
    assert sent == []


@pytest.mark.parametrize("missing", ["finance_attachments", "treasury_payments"])
def test_a_missing_feed_leaves_its_rules_not_evaluated(warehouse: Settings, missing: str) -> None:
    town = Town(warehouse.landing)
    first_days(town)
    run(warehouse, MONDAY)
    before = open_hits(warehouse)
    for path in (town.landing / missing / TUESDAY.isoformat()).iterdir():
        path.unlink()
    day = run_day(TUESDAY, warehouse)
    assert {feed.feed for feed in day.feeds if feed.status == "missing"} == {missing}
    needing = "REC-001" if missing == "finance_attachments" else "PAY-001"
    with connect(warehouse) as connection:
        status = connection.execute(
            "select status from marts.fct_rule_run where rule_id = %s and business_date = %s",
            [needing, TUESDAY],
        ).fetchone()
    assert status == ("not_evaluated",)
    assert {hit for hit in before if hit[0] == needing} <= open_hits(warehouse)
