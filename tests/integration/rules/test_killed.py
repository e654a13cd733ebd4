"""An evaluation that is killed in any layer leaves nothing that the next one does not put right."""

import time
from datetime import date

import pytest

from forked import forked
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate
from landed import accept_day, accept_references
from landing_zone import attachment, swipe, voucher

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
