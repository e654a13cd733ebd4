"""What holds for the system as a whole, whatever the day: repetition, order, correction, loss."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from rich.console import Console

from forked import forked
from huiyan.alerts import words
from huiyan.delivery.extract import Extract
from huiyan.demo.answers import write
from huiyan.errors import OrchestrationError
from huiyan.feeds.contract import load_contracts
from huiyan.orchestration.run import INCOMPLETE, DayRun, run_day
from huiyan.orchestration.status import FeedStatus, latest_date, render_status
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import embedded
from huiyan.warehouse.connection import connect
from huiyan.warehouse.reviewed import EXCEPTIONS
from landing_zone import Row, Town, attachment, deliver, payment, swipe, voucher
from warehouses import Snapshot, Warehouses

MONDAY, TUESDAY, WEDNESDAY = date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 3)

UNDONE = ("LOOP-004", "AF003/2025/07/记0007")

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


def troubled(day: DayRun) -> list[FeedStatus]:
    """Feeds of the day that need a person."""
    assert day.status is not None
    return day.status.troubled


def reception(number: str, **changes: str) -> list[Row]:
    """A lawful-looking reception of the town hall; letter and list are separate."""
    return voucher(
        "F002", number, "800.00", dep_bgt_eco_code="30217", vou_det_desc="公务接待", **changes
    )


def first_days(town: Town) -> None:
    """Three days: a reception without letter, small purchases, one undone, a swipe in a bar."""
    town.deliver_references(MONDAY)
    town.deliver_day(
        MONDAY,
        vouchers=[
            *reception("记0001"),
            *voucher("F001", "记0001", "100.00"),
            *voucher("F003", "记0007", "300.00", auditor="甲"),
        ],
        attachments=[attachment("F002", "记0001", 1, "reception_list")],
        payments=[payment("P0001", "T003", "20000.00", x_pay_date="2025-08-25")],
        swipes=[swipe("C0001", "T001", "88.00")],
    )
    town.deliver_day(
        TUESDAY,
        vouchers=[
            *voucher("F003", "记0001", "20000.00", pay_voucher_no="P0001"),
            *voucher(
                "F003",
                "记0008",
                "-300.00",
                red_flag="1",
                red_vou_no="记0007",
                poster_date=TUESDAY.isoformat(),
            ),
        ],
        attachments=[attachment("F003", "记0001", 1, "invoice", invoice_no="25327000000000000001")],
        swipes=[swipe("C0002", "T001", "288.00", mcc="5813", txn_at="2025-09-01 20:00:00")],
    )
    town.deliver_day(WEDNESDAY, attachments=[attachment("F002", "记0001", 2, "official_letter")])


def run(settings: Settings, *days: date) -> None:
    for day in days:
        result = run_day(day)
        assert result.exit_code == 0, (result.failures, result.status)
    assert get_settings() == settings


@dataclass(frozen=True)
class Judged:
    """The town after its first day, its second and its third, each to be gone on from."""

    monday: Snapshot
    tuesday: Snapshot
    wednesday: Snapshot


@pytest.fixture(scope="module")
def judged(
    postgres: embedded.Server, empty_warehouse: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judged]:
    with Warehouses(postgres, empty_warehouse, tmp_path_factory.mktemp("judged")) as warehouses:
        settings = warehouses.make()
        first_days(Town(settings.landing))
        run(settings, MONDAY)
        kept = [warehouses.keep(settings, "monday")]
        for day, name in ((TUESDAY, "tuesday"), (WEDNESDAY, "wednesday")):
            settings = warehouses.make(like=kept[-1])
            run(settings, day)
            kept.append(warehouses.keep(settings, name))
        yield Judged(*kept)


Make = Callable[..., Settings]


def test_a_late_attachment_clears_the_missing_letter(
    judged: Judged, another_warehouse: Make
) -> None:
    settings = another_warehouse(like=judged.tuesday)
    letter = ("REC-001", "AF002/2025/07/记0001")
    assert letter in open_hits(settings)
    assert ("CARD-001", "C0002") in open_hits(settings)
    assert UNDONE in open_hits(settings)
    run(settings, WEDNESDAY)
    assert letter not in open_hits(settings)
    assert UNDONE in open_hits(settings)
    with connect(settings) as connection:
        dates = connection.execute(
            "select first_detected_on, cleared_on, evidence is not null from marts.fct_rule_hit "
            "where rule_id = 'REC-001'"
        ).fetchone()
    assert dates == (MONDAY, WEDNESDAY, True)


def test_the_same_day_twice_changes_nothing(judged: Judged, another_warehouse: Make) -> None:
    settings = another_warehouse(like=judged.wednesday)
    before = state(settings), deliveries(settings), extracts(settings)
    assert all(before)
    run(settings, WEDNESDAY)
    run(settings, MONDAY)
    assert (state(settings), deliveries(settings), extracts(settings)) == before
    with connect(settings) as connection:
        judged_at = "select max(evaluated_at) from ops.evaluation"
        last = connection.execute(judged_at).fetchone()
        assert run_day(WEDNESDAY, full=True).exit_code == 0
        assert connection.execute(judged_at).fetchone() > last
    assert (state(settings), deliveries(settings), extracts(settings)) == before


def test_days_in_any_order_end_in_the_same_state(judged: Judged, another_warehouse: Make) -> None:
    other = another_warehouse()
    first_days(Town(other.landing))
    run(other, WEDNESDAY, MONDAY, TUESDAY)
    assert state(other) == state(another_warehouse(like=judged.wednesday))


def test_a_form_that_comes_back_moves_its_alert(judged: Judged, another_warehouse: Make) -> None:
    """The verifying body of the missing letter answers one line well and is told what is wrong."""
    settings = another_warehouse(like=judged.monday)
    with connect(settings) as connection:
        body, content = connection.execute(
            "select body_code, content from ops.delivery inner join ops.delivery_alert as line "
            "using (delivery_id) inner join ops.alert using (alert_id) "
            "where rule_id = 'REC-001' and line.role = 'verify'"
        ).fetchone() or ("", {})
    extract = Extract.from_dict(content)
    (alert_id,) = {row.alert_id for row in extract.rows if row.rule_id == "REC-001"}
    confirmed = {
        "核实结论": words.VERDICTS["confirmed"],
        "原因": words.REASONS["confirmed"],
        "处理措施": words.ACTIONS["complete_documents"],
        "佐证材料": "谈话笔录 3 号",
        "核实日期": TUESDAY,
    }
    answers = {row.alert_id: {"核实结论": "也许"} for row in extract.rows} | {alert_id: confirmed}
    forms = settings.landing / "returns" / TUESDAY.isoformat() / body
    forms.mkdir(parents=True)
    (forms / "alerts.xlsx").write_bytes(write(extract, TUESDAY, answers, "wps"))

    run(settings, TUESDAY)
    with connect(settings) as connection:
        answered = connection.execute(
            "select state, reason, file_name from marts.fct_alert "
            "inner join marts.fct_alert_event using (alert_id) "
            "where alert_id = %s and event = 'verdict'",
            [alert_id],
        ).fetchall()
        refused = connection.execute(
            "select count(*) from ops.return_line where outcome = 'rejected'"
        ).fetchone()
    assert answered == [("confirmed", "confirmed", f"{body}/alerts.xlsx")]
    assert refused == (len(answers) - 1,)
    before = state(settings), deliveries(settings), extracts(settings)
    assert (f"{body}/{TUESDAY}/returned.xlsx" in before[2]) == (len(answers) > 1)
    run(settings, TUESDAY)
    assert (state(settings), deliveries(settings), extracts(settings)) == before


def test_a_corrected_resend_clears_and_raises(judged: Judged, another_warehouse: Make) -> None:
    settings = another_warehouse(like=judged.tuesday)
    deliver(
        settings.landing,
        "card_transactions",
        TUESDAY,
        [
            swipe("C0002", "T001", "288.00", mcc="5942", txn_at="2025-09-01 20:00:00"),
            swipe("C0003", "T001", "199.00", mcc="7995", txn_at="2025-09-01 21:00:00"),
        ],
    )
    day = run_day(TUESDAY)
    assert day.exit_code == 0, (day.failures, day.status)
    assert {key: day.collected[key] for key in ("landed", "unchanged")} == {
        "landed": 1,
        "unchanged": 3,
    }
    hits = open_hits(settings)
    assert ("CARD-001", "C0002") not in hits
    assert ("CARD-001", "C0003") in hits


def test_a_withdrawn_row_takes_its_hit_with_it(judged: Judged, another_warehouse: Make) -> None:
    settings = another_warehouse(like=judged.tuesday)
    deliver(settings.landing, "card_transactions", TUESDAY, [])
    run(settings, TUESDAY)
    assert not {hit for hit in open_hits(settings) if hit[0] == "CARD-001"}


def test_one_bad_feed_does_not_stop_the_others(judged: Judged, another_warehouse: Make) -> None:
    settings = another_warehouse(like=judged.monday)
    broken = settings.landing / "treasury_payments" / TUESDAY.isoformat() / "data.csv"
    broken.write_bytes(b"\xff\xfe\x00broken")
    day = run_day(TUESDAY)
    assert day.exit_code == INCOMPLETE
    assert [feed.feed for feed in troubled(day)] == ["treasury_payments"]
    assert troubled(day)[0].status == "stopped"
    assert ("CARD-001", "C0002") in open_hits(settings)
    with connect(settings) as connection:
        statuses = dict(
            connection.execute(
                "select rule_id, status from marts.fct_rule_run where business_date = %s",
                [TUESDAY],
            ).fetchall()
        )
    assert statuses["PAY-001"] == "not_evaluated"
    assert statuses["CARD-001"] == "hit"


def test_a_run_names_the_idle_exceptions_that_it_is_the_first_to_read(
    judged: Judged, another_warehouse: Make
) -> None:
    settings = another_warehouse(like=judged.tuesday)
    kept = EXCEPTIONS.own_file(settings)
    kept.parent.mkdir()
    matched = "CARD-001,C0002,,已批准,区纪委,2025-09-02,2025-12-31"
    mistyped = "CARD-001,C0O02,,已批准,区纪委,2025-09-02,2025-12-31"
    lines = [",".join(EXCEPTIONS.columns), matched, mistyped]
    kept.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (said,) = run_day(WEDNESDAY).idle_exceptions
    assert said.startswith(f"{kept}, line 3: CARD-001 C0O02 excepts nothing: no hit of CARD-001")
    assert run_day(WEDNESDAY).idle_exceptions == []
    shown = Console(record=True, width=80)
    render_status(None, shown)
    assert f"Exceptions that except nothing\n{said}\n" in shown.export_text()
    kept.write_text("\n".join([*lines, "CARD-001,C1,,a, b,区纪委,2025-09-02,2025-12-31"]) + "\n")
    (failure,) = run_day(WEDNESDAY).failures
    assert f"{kept}, line 4: has 8 fields, the heading 7; put a text with commas in" in failure
    render_status(None, shown)
    assert f"exceptions {kept}, line 4: " in shown.export_text()


def test_every_row_is_accounted_for(judged: Judged, another_warehouse: Make) -> None:
    settings = another_warehouse(like=judged.monday)
    good = [row for n in range(100, 130) for row in voucher("F001", f"记{n:04d}", "50.00")]
    bad = [{**voucher("F001", "记0999", "50.00")[0], "amt": "fifty"}]
    rows = [*good, *bad, good[0]]
    deliver(settings.landing, "finance_vouchers", TUESDAY, rows, manifest=False)
    run(settings, TUESDAY)
    assert UNDONE not in open_hits(settings), "the reversal was not sent again"
    with connect(settings) as connection:
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


def test_two_runs_of_one_day_at_once(judged: Judged, another_warehouse: Make) -> None:
    settings = another_warehouse(like=judged.monday)
    processes = [forked(run, settings, TUESDAY) for _ in range(2)]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    with connect(settings) as connection:
        versions = connection.execute(
            "select feed, max(version) from ops.batch group by feed having max(version) > 1"
        ).fetchall()
        sent = connection.execute(
            "select body_code, business_date, count(*) from ops.delivery "
            "group by 1, 2 having count(*) > 1"
        ).fetchall()
    assert versions == []
    assert sent == []
    found = state(settings)
    assert found == state(another_warehouse(like=judged.tuesday))


@pytest.mark.parametrize("missing", ["finance_attachments", "treasury_payments"])
def test_a_missing_feed_leaves_its_rules_not_evaluated(
    judged: Judged, another_warehouse: Make, missing: str
) -> None:
    settings = another_warehouse(like=judged.monday)
    before = open_hits(settings)
    for path in (settings.landing / missing / TUESDAY.isoformat()).iterdir():
        path.unlink()
    day = run_day(TUESDAY)
    assert day.exit_code == INCOMPLETE
    assert [(feed.feed, feed.status) for feed in troubled(day)] == [(missing, "missing")]
    needing = "REC-001" if missing == "finance_attachments" else "PAY-001"
    with connect(settings) as connection:
        status = connection.execute(
            "select status from marts.fct_rule_run where rule_id = %s and business_date = %s",
            [needing, TUESDAY],
        ).fetchone()
    assert status == ("not_evaluated",)
    assert {hit for hit in before if hit[0] == needing} <= open_hits(settings)


def test_a_mistyped_date_or_folder_pushes_nothing(judged: Judged, another_warehouse: Make) -> None:
    settings = another_warehouse(like=judged.wednesday)
    sent = deliveries(settings)
    with pytest.raises(OrchestrationError, match="2025-09-07 is no working day"):
        run_day(date(2025, 9, 7))
    # A working day, of which nothing has come: another year, or a folder that is not mounted.
    (settings.landing / "leases" / "2025-09-04").mkdir(parents=True)
    missing = settings.landing / "leases" / "not_mounted"
    for landing in (None, settings.landing / "leases"):
        looked_in = re.escape(f"{landing or settings.landing}/<feed>/2025-09-04/")
        with pytest.raises(OrchestrationError, match=f"2025-09-04 has no delivery.+{looked_in}"):
            run_day(date(2025, 9, 4), landing)
    with pytest.raises(OrchestrationError, match=f"There is no landing zone {missing}"):
        run_day(WEDNESDAY, missing)
    assert latest_date(settings) == WEDNESDAY
    for nonsense in (date.min, date(1999, 12, 31), date.max):
        with pytest.raises(OrchestrationError, match="must lie in 2000–2099"):
            run_day(nonsense)
    assert deliveries(settings) == sent


def test_a_failing_rule_stops_neither_the_others_nor_the_day(
    judged: Judged, another_warehouse: Make
) -> None:
    settings = another_warehouse(like=judged.tuesday)
    view = "rules.rule_card_001_barred_mcc"
    with connect(settings, role="huiyan_build") as connection:
        (before,) = connection.execute(f"select pg_get_viewdef('{view}')").fetchone() or ("",)
        connection.execute(
            f"create or replace view {view} as select * from rules.rule_card_002_odd_time"
            " where 1 / (coalesce(length(subject_id), 0) * 0) = 0"
        )
    day = run_day(WEDNESDAY)
    assert day.exit_code == INCOMPLETE
    assert not troubled(day)
    (said,) = day.failed_rules
    assert said.startswith("CARD-001 failed on 2025-09-03: division by zero")
    assert ("CARD-001", "C0002") in open_hits(settings), "it stands as it stood"
    assert ("REC-001", "AF002/2025/07/记0001") not in open_hits(settings)
    assert day.deliveries.keys() == {"delivered"}

    with connect(settings, role="huiyan_build") as connection:
        connection.execute(f"create or replace view {view} as {before}".encode())
    run(settings, WEDNESDAY)
    assert state(settings) == state(another_warehouse(like=judged.wednesday))
