"""Late, stopped and corrected feeds: the alerts raised and whether the day must be judged anew."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from huiyan.orchestration import calendar, steps
from huiyan.orchestration.run import DayRun
from huiyan.orchestration.run import _counted as counted
from huiyan.orchestration.run import _report as report
from huiyan.orchestration.status import day_status, latest_date, render_status
from huiyan.quality.recheck import recheck
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

DAY = date(2025, 11, 28)
DUE = datetime(2025, 12, 1, 8, tzinfo=calendar.ZONE)
FEED = "card_transactions"
MINUTE = timedelta(minutes=1)
HEADER = (
    "txn_no,card_no,holder_id,holder_name,agency_code,txn_at,posted_date,txn_type,amount,"
    "currency,merchant_name,mcc,merchant_city,terminal_no,due_date"
)
ROW = (
    "T{number},6282880000000{number:04d},P1,张三,301001,2025-11-28 12:00,2025-11-28,消费,"
    "100.00,CNY,云溪饭店,5812,扬江,001,"
)


def _deliver(settings: Settings, rows: int) -> None:
    folder = settings.landing / FEED / DAY.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    lines = [HEADER, *(ROW.format(number=number) for number in range(1, rows + 1))]
    (folder / "cards.csv").write_text("\n".join(lines) + "\n", "utf-8")


def _alerts(settings: Settings) -> set[tuple[str, str]]:
    return {(kind, feed) for kind, feed, _ in day_status(DAY, settings).alerts}


def test_a_missing_feed_is_waited_for_until_the_evening(warehouse: Settings) -> None:
    missing = steps.Collected("missing", None, "")
    landed = steps.Collected("landed", 1, "")
    evening = calendar.collected_until(DAY)
    assert steps.is_waiting(FEED, DAY, missing, evening - MINUTE)
    assert not steps.is_waiting(FEED, DAY, missing, evening)
    assert not steps.is_waiting(FEED, DAY, landed, evening - MINUTE)


def test_a_snapshot_is_waited_for_until_the_last_deadline(warehouse: Settings) -> None:
    missing = steps.Collected("missing", None, "")
    assert steps.is_waiting("leases", DAY, missing, DUE - MINUTE)
    assert not steps.is_waiting("leases", DAY, missing, DUE)


def test_late_feeds_raise_an_alert_at_their_deadline_and_not_before(warehouse: Settings) -> None:
    assert steps.feeds_overdue(DAY, DUE - MINUTE) == []
    overdue = steps.feeds_overdue(DAY, DUE)
    assert FEED in overdue
    assert "leases" not in overdue
    assert ("feed_late", FEED) in _alerts(warehouse)
    assert steps.feeds_overdue(DAY, DUE) == overdue


def test_nothing_is_overdue_on_a_day_off(warehouse: Settings) -> None:
    assert steps.feeds_overdue(date(2025, 11, 29), DUE + timedelta(days=9)) == []


def test_the_day_is_released_once_after_the_last_deadline(warehouse: Settings) -> None:
    assert not steps.must_be_released(DAY, DUE - MINUTE)
    assert steps.must_be_released(DAY, DUE)
    with connect(warehouse, role="huiyan_build") as connection:
        connection.execute("insert into ops.evaluation values (%s, 'evaluated', '')", (DAY,))
    assert not steps.must_be_released(DAY, DUE)
    assert latest_date(warehouse) == DAY, "it was judged without any delivery"


def test_a_missing_feed_lets_the_day_go_on(warehouse: Settings) -> None:
    collected = steps.collect_feed(FEED, DAY)
    assert collected.status == "missing"
    assert steps.check_feed(FEED, DAY, collected) is False
    assert _alerts(warehouse) == {("feed_late", FEED)}


def test_a_late_delivery_has_the_day_judged_anew_once(warehouse: Settings) -> None:
    steps.check_feed(FEED, DAY, steps.collect_feed(FEED, DAY))
    _deliver(warehouse, rows=3)
    assert steps.check_feed(FEED, DAY, steps.collect_feed(FEED, DAY)) is True
    assert _alerts(warehouse) == set()
    assert steps.check_feed(FEED, DAY, steps.collect_feed(FEED, DAY)) is False


def test_a_delivery_in_time_needs_no_correction(warehouse: Settings) -> None:
    _deliver(warehouse, rows=3)
    assert steps.check_feed(FEED, DAY, steps.collect_feed(FEED, DAY)) is False


def test_a_correction_of_a_judged_day_has_it_judged_anew(warehouse: Settings) -> None:
    _deliver(warehouse, rows=3)
    steps.check_feed(FEED, DAY, steps.collect_feed(FEED, DAY))
    with connect(warehouse, role="huiyan_build") as connection:
        connection.execute("insert into ops.evaluation values (%s, 'evaluated', '')", (DAY,))
    _deliver(warehouse, rows=4)
    assert steps.check_feed(FEED, DAY, steps.collect_feed(FEED, DAY)) is True


def test_a_stopped_feed_raises_an_alert_that_its_correction_resolves(warehouse: Settings) -> None:
    folder = warehouse.landing / FEED / DAY.isoformat()
    folder.mkdir(parents=True)
    (folder / "cards.csv").write_text("not,what,was,agreed\n1,2,3,4\n", "utf-8")
    assert steps.check_feed(FEED, DAY, steps.collect_feed(FEED, DAY)) is False
    assert _alerts(warehouse) == {("feed_stopped", FEED)}
    status = next(feed for feed in day_status(DAY, warehouse).feeds if feed.feed == FEED)
    assert status.status == "stopped"
    assert status.message
    shown = Console(record=True, width=80)
    render_status(None, shown)
    text = shown.export_text()
    assert "…" not in text
    assert all(feed.feed in text.split() for feed in day_status(DAY, warehouse).feeds)
    assert f"{FEED} {status.label}: {status.message}" in text.replace("\n", "")
    _deliver(warehouse, rows=2)
    steps.check_feed(FEED, DAY, steps.collect_feed(FEED, DAY))
    assert _alerts(warehouse) == set()


def test_what_a_person_accepted_meanwhile_is_not_reported_as_stopped(warehouse: Settings) -> None:
    _deliver(warehouse, rows=3)
    file = warehouse.landing / FEED / DAY.isoformat() / "cards.csv"
    file.write_text(file.read_text("utf-8").replace("100.00", "a lot", 1), "utf-8")
    steps.check_feed(FEED, DAY, steps.collect_feed(FEED, DAY))
    assert _alerts(warehouse) == {("feed_stopped", FEED)}
    found_stopped = steps.collect_feed(FEED, DAY)
    assert found_stopped.status == "stopped"
    recheck(FEED, DAY, by="王主任", reason="已核实", confirmed=frozenset({"quarantine_share"}))
    steps.check_feed(FEED, DAY, found_stopped)
    assert _alerts(warehouse) == set()


def _spoil(settings: Settings, amount: str, times: int) -> None:
    """Put `amount` where the first so many amounts of the delivery stand."""
    file = settings.landing / FEED / DAY.isoformat() / "cards.csv"
    file.write_text(file.read_text("utf-8").replace("100.00", amount, times), "utf-8")


def _take_in(settings: Settings) -> tuple[str, str]:
    """Put the day through the gate; what `huiyan run` and `huiyan status` say of it."""
    collected = steps.collect_feed(FEED, DAY)
    steps.check_feed(FEED, DAY, collected)
    run, status = (Console(record=True, width=80) for _ in range(2))
    day = DayRun(DAY, settings.landing, status=day_status(DAY, settings))
    day.collected = counted({FEED: collected.status}, day.status)
    report(day, run)
    render_status(DAY, status)
    return run.export_text(), status.export_text()


def test_rows_put_aside_are_told_with_file_line_column_and_value(warehouse: Settings) -> None:
    _deliver(warehouse, rows=100)
    _spoil(warehouse, "12O0.00", 4)
    run, status = _take_in(warehouse)
    for said in (run, status):
        assert f"{FEED} 公务卡: 4 of 100 rows put aside, the others count\n" in said
        assert '  cards.csv line 2: amount 交易金额 "12O0.00": not money\n' in said
        assert "cards.csv line 4" in said
        assert "cards.csv line 5" not in said, "the first three are enough"
        assert f"huiyan feeds quarantine {FEED} {DAY}\n" in said
        assert "expect_" not in said
    assert "\nquarantine card_transactions" in f"\n{run}"
    assert f"{FEED} 公务卡: amount 交易金额: not money (4 rows)" in status
    assert "feeds: 1 in a new version; judged" in run


def test_columns_that_the_feed_does_not_know_are_named(warehouse: Settings) -> None:
    _deliver(warehouse, rows=3)
    file = warehouse.landing / FEED / DAY.isoformat() / "cards.csv"
    heading, *lines = file.read_text("utf-8").splitlines()
    rows = [f"{heading},[备注],甲", *(f"{line},一,二" for line in lines)]
    file.write_text("\n".join(rows) + "\n", "utf-8")
    for said in _take_in(warehouse):
        assert f"{FEED} 公务卡: unknown columns kept, not read: [备注], 甲." in said


def test_a_stopped_correction_says_what_stays_in_force(warehouse: Settings) -> None:
    _deliver(warehouse, rows=30)
    _spoil(warehouse, "12O0.00", 1)
    _take_in(warehouse)
    _spoil(warehouse, "a lot", 9)
    stands = ". Version 1 of the day stays in force: 29 good rows and what they led to."
    for said in _take_in(warehouse):
        assert "version 2, is stopped: 10 of 30 rows are bad" in said
        assert stands in said
        assert f"{FEED} 公务卡: 10 of 30 rows bad\n" in said
    # One that never landed is counted like one that the gate stopped.
    assert "feeds: 1 stopped; judged" in _take_in(warehouse)[0]
    file = warehouse.landing / FEED / DAY.isoformat() / "cards.csv"
    file.write_text("not,what,was,agreed\n1,2,3,4\n", "utf-8")
    run, status = _take_in(warehouse)
    assert "feeds: 1 stopped; judged" in run
    assert stands in run
    assert stands in status


def test_a_stopped_first_delivery_leaves_nothing_in_force(warehouse: Settings) -> None:
    _deliver(warehouse, rows=3)
    _spoil(warehouse, "a lot", 1)
    for said in _take_in(warehouse):
        assert "Nothing of this feed is in force for the date." in said
    assert "feeds: 1 stopped; judged" in _take_in(warehouse)[0]


@pytest.mark.parametrize(
    ("now", "expected"), [(DUE - MINUTE, "expected"), (DUE, "missing")], ids=["before", "after"]
)
def test_status_says_what_is_late(warehouse: Settings, now: datetime, expected: str) -> None:
    statuses = {feed.feed: feed for feed in day_status(DAY, warehouse, now).feeds}
    assert statuses[FEED].status == expected
    assert statuses["leases"].status == "none"


def test_upkeep_finds_an_altered_file(warehouse: Settings) -> None:
    from huiyan.errors import LandingError
    from huiyan.orchestration import upkeep

    _deliver(warehouse, rows=3)
    steps.collect_feed(FEED, DAY)
    assert upkeep.verify_archive(warehouse) == 1
    (kept,) = [path for path in warehouse.archive.rglob("*") if path.is_file()]
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    with pytest.raises(LandingError, match="1 of 1 archived files"):
        upkeep.verify_archive(warehouse)


def test_upkeep_removes_old_logs_only(warehouse: Settings) -> None:
    import os

    from huiyan.orchestration import upkeep

    logs = warehouse.home_dir / "logs" / "old"
    logs.mkdir(parents=True)
    for name, age in (("old.log", 100), ("new.log", 10)):
        path: Path = logs / name
        path.write_text("x")
        stamp = path.stat().st_mtime - age * 86_400
        os.utime(path, (stamp, stamp))
    assert upkeep.prune_logs(warehouse) == 1
    assert [path.name for path in logs.iterdir()] == ["new.log"]
