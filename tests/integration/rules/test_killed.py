"""An evaluation that is killed in any layer leaves nothing that the next one does not put right."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

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

MONDAY, TUESDAY = date(2025, 9, 1), date(2025, 9, 2)
MARTS = ("fct_rule_hit", "fct_rule_hit_spell", "fct_rule_run", "dim_rule")
PATIENCE_SECONDS = 120


def marts(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    with connect(settings) as connection:
        return {
            mart: sorted(connection.execute(f"select m::text from marts.{mart} as m").fetchall())
            for mart in MARTS
        }


def kill_while_it_waits_for(settings: Settings, table: str) -> None:
    """Start evaluating Monday, stop it at `table` by holding a lock, kill it there."""
    with connect(settings) as holder:
        holder.execute(f"lock table {table} in access exclusive mode")
        process = forked(evaluate, MONDAY)
        deadline = time.monotonic() + PATIENCE_SECONDS
        with connect(settings, autocommit=True) as watcher:
            waiting = "select count(*) from pg_locks where not granted and relation = %s::regclass"
            while watcher.execute(waiting, (table,)).fetchone() == (0,):
                assert process.is_alive(), "it ended before it came to the table"
                assert time.monotonic() < deadline
                time.sleep(0.2)
        process.kill()
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
        kill_while_it_waits_for(warehouse, table)
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
