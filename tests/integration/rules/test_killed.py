"""An evaluation that is killed in any layer leaves nothing that the next one does not put right."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import psycopg
import pytest

from forked import forked
from huiyan.settings import Settings
from huiyan.warehouse import embedded
from huiyan.warehouse import evaluate as module
from huiyan.warehouse.connection import DATABASE, connect
from huiyan.warehouse.evaluate import evaluate
from landed import accept_day, accept_references
from landing_zone import attachment, swipe, voucher
from warehouses import TEMPLATE, moves, superuser

MONDAY, TUESDAY, WEDNESDAY = (date(2025, 9, day) for day in (1, 2, 3))
MARTS = ("fct_rule_hit", "fct_rule_hit_spell", "fct_rule_run", "dim_rule")
PATIENCE_SECONDS = 120


def marts(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    with connect(settings) as connection:
        return {
            mart: sorted(connection.execute(f"select m::text from marts.{mart} as m").fetchall())
            for mart in MARTS
        }


@contextmanager
def waiting_for(settings: Settings, table: str, day: date) -> Iterator[BaseProcess]:
    """A process that evaluates `day` and waits for `table`; it ends with the block."""
    with connect(settings) as holder:
        holder.execute(f"lock table {table} in access exclusive mode")
        process = forked(evaluate, day, settings)
        deadline = time.monotonic() + PATIENCE_SECONDS
        with connect(settings, autocommit=True) as watcher:
            waiting = "select count(*) from pg_locks where not granted and relation = %s::regclass"
            while watcher.execute(waiting, (table,)).fetchone() == (0,):
                assert process.is_alive(), "it ended before it came to the table"
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield process
    process.join()


@pytest.mark.slow
def test_killed_in_any_layer(warehouse: Settings) -> None:
    accept_references(warehouse, MONDAY)
    accept_day(
        warehouse,
        MONDAY,
        vouchers=voucher("F002", "记0001", "800.00", dep_bgt_eco_code="30217"),
        swipes=[swipe("C1", "T001", "88.00", mcc="5813", txn_at="2025-08-30 20:00:00")],
    )
    evaluate(MONDAY)
    accept_day(
        warehouse,
        TUESDAY,
        attachments=[attachment("F002", "记0001", 1, "official_letter")],
    )
    evaluate(TUESDAY)
    before = marts(warehouse)
    for table in (
        "staging.stg_finance__voucher_entry",
        "history.rule_spell",
        "history.pattern_spell",
        "marts.fct_rule_hit",
    ):
        with connect(warehouse) as connection:
            connection.execute("update ops.evaluation set fingerprint = ''")
        with waiting_for(warehouse, table, MONDAY) as process:
            process.kill()
    assert evaluate(TUESDAY).dates == [MONDAY, TUESDAY]
    assert marts(warehouse) == before


@contextmanager
def server_of_its_own(prepared: Path) -> Iterator[Settings]:
    """A migrated warehouse on a server that nobody else uses, stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="huiyan-test-") as folder:
        settings = Settings(home=Path(folder) / "home")
        subprocess.run(["cp", "-a", prepared, settings.home_dir], check=True)
        with superuser(embedded.start(settings)) as connection:
            connection.execute(f"drop database {DATABASE}")
            connection.execute(f"alter database {TEMPLATE} rename to {DATABASE}")
        try:
            yield settings
        finally:
            embedded.stop(settings)


def crash(settings: Settings) -> None:
    """Kill the server as a machine does that runs out of memory."""
    pid = int((embedded.data_directory(settings) / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)


@pytest.mark.slow
def test_a_server_that_crashed_costs_one_full_evaluation(
    prepared_server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The facts are empty after it, which no evaluation may take for a district without any."""
    monkeypatch.setattr(module, "WORTH_SLICING", 0)
    moved_on_from = moves(monkeypatch)
    wednesday = TUESDAY + timedelta(days=1)
    with server_of_its_own(prepared_server) as settings:
        accept_references(settings, MONDAY)
        for day, number in ((MONDAY, "记0001"), (TUESDAY, "记0002"), (wednesday, "记0003")):
            accept_day(
                settings, day, vouchers=voucher("F002", number, "800.00", dep_bgt_eco_code="30217")
            )
        evaluate(MONDAY, settings)
        crash(settings)
        evaluate(TUESDAY, settings)
        evaluate(wednesday, settings)
        moved = marts(settings)
        evaluate(wednesday, settings, in_full=True)
        assert marts(settings) == moved
    assert moved_on_from == [None, None, TUESDAY, None]


def district_of_two_days(settings: Settings) -> date:
    """A warehouse evaluated for two days, and a third that is delivered: it will be moved on to."""
    accept_references(settings, MONDAY)
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        number = f"记000{day.day}"
        paid = voucher("F002", number, "800.00", dep_bgt_eco_code="30217")
        accept_day(settings, day, vouchers=paid)
        if day < WEDNESDAY:
            evaluate(day, settings)
    return WEDNESDAY


@pytest.mark.slow
@pytest.mark.parametrize("table", ["slice.int_voucher", "rules.rule_results"])
def test_killed_while_a_day_is_moved_on_to(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr(module, "WORTH_SLICING", 0)
    day = district_of_two_days(warehouse)
    with waiting_for(warehouse, table, day) as process:
        process.kill()
    evaluate(day)
    found = marts(warehouse)
    evaluate(day, in_full=True)
    assert marts(warehouse) == found


@pytest.mark.slow
def test_a_server_that_crashed_in_the_middle_starts_again(prepared_server: Path) -> None:
    """Its workers take back what they did, of which its log then knows only the beginning."""
    with server_of_its_own(prepared_server) as settings:
        with suppress(psycopg.OperationalError), connect(settings) as unfinished:
            unfinished.execute("create unlogged table public.unfinished (n int)")
            with connect(settings) as other:  # its commit writes the log that far
                other.execute("create table public.finished (n int)")
            crash(settings)
        with connect(settings) as connection:
            assert connection.execute("select from public.finished").fetchall() == []
        log = (embedded.data_directory(settings) / "server.log").read_text(errors="replace")
        assert embedded.LEFT_OVER.search(log)


@pytest.mark.slow
def test_an_evaluation_that_lost_its_turn_writes_nothing_more(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is ended and another evaluation begins while its threads go on."""
    monkeypatch.setattr(module, "WORTH_SLICING", 0)
    day = district_of_two_days(warehouse)
    with waiting_for(warehouse, "rules.rule_finding_whole", day) as robbed:
        with connect(warehouse, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_locks"
                " where locktype = 'advisory' and objid = %s and granted",
                (module.LOCK,),
            )
        other = forked(evaluate, day, warehouse)
    other.join()
    assert (robbed.exitcode, other.exitcode) == (1, 0)
    found = marts(warehouse)
    evaluate(day, in_full=True)
    assert marts(warehouse) == found


@pytest.mark.parametrize("lock", [module.LOCK, module.WORK])
def test_who_waits_for_another_evaluation_says_for_whom(
    warehouse: Settings, caplog: pytest.LogCaptureFixture, lock: int
) -> None:
    began = threading.Event()

    def take() -> None:
        with module._alone(warehouse):
            began.set()

    with connect(warehouse) as holder:
        holder.execute("select pg_advisory_xact_lock_shared(%s)", (lock,))
        stuck = holder.info.backend_pid
        waiting = threading.Thread(target=take)
        waiting.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not caplog.records and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not began.is_set()
    waiting.join()
    assert began.is_set()
    (said,) = caplog.messages
    assert f"(server process {stuck})" in said
    assert f"pg_terminate_backend({stuck})" in said
