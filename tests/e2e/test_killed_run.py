"""`huiyan run` killed at any step and run again ends where an undisturbed run ends."""

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import psycopg
import pytest

from forked import forked
from huiyan.orchestration.run import run_day
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from landing_zone import Town, attachment, payment, swipe, voucher
from warehouses import Warehouses

DAY = date(2025, 9, 1)
HUIYAN = Path(sys.executable).with_name("huiyan")
LIMIT_SECONDS = 900

# What is true in the warehouse once the step has begun or left its first trace.
MOMENTS = {
    "the first batch has landed": "select exists (select from ops.batch)",
    "half of the batches are decided": (
        "select count(*) >= 6 from ops.batch where status = 'accepted'"
    ),
    "dbt is building": (
        'select exists (select from pg_stat_activity where query like \'%"app": "dbt"%\' '
        "and datname = current_database() and pid <> pg_backend_pid())"
    ),
    "the hits are known": "select exists (select from marts.fct_rule_hit)",
    "the alerts are known": "select exists (select from ops.alert)",
    "the first extract is delivered": (
        "select exists (select from ops.delivery where state = 'delivered')"
    ),
}


def write_day(landing: Path) -> None:
    town = Town(landing)
    town.deliver_references(DAY)
    town.deliver_day(
        DAY,
        vouchers=[
            *voucher("F002", "记0001", "800.00", dep_bgt_eco_code="30217"),
            *voucher("F001", "记0001", "5000.00"),
        ],
        attachments=[attachment("F002", "记0001", 1, "reception_list")],
        payments=[payment("P0001", "T003", "20000.00", payee_acct_no="BT003")],
        swipes=[swipe("C0002", "T001", "288.00", mcc="5813")],
    )


def outcome(settings: Settings) -> tuple[object, ...]:
    with connect(settings) as connection:
        hits = connection.execute(
            "select rule_id, subject_id, first_detected_on, is_open, evidence::text "
            "from marts.fct_rule_hit order by 1, 2"
        ).fetchall()
        batches = connection.execute(
            "select feed, version, status from ops.batch order by 1, 2"
        ).fetchall()
        sent = connection.execute(
            "select body_code, content_hash from ops.delivery order by 1, 2"
        ).fetchall()
    files = {
        str(path.relative_to(settings.outbox)): path.read_bytes()
        for path in settings.outbox.rglob("*")
        if path.is_file()
    }
    return hits, batches, sent, sorted(files.items())


def reached(settings: Settings, question: str) -> bool:
    try:
        with connect(settings, autocommit=True) as connection:
            row = connection.execute(question).fetchone()
    except psycopg.errors.UndefinedTable:
        return False
    return row == (True,)


@pytest.mark.slow
def test_killed_at_every_step(warehouses: Warehouses) -> None:
    undisturbed = warehouses.make()
    write_day(undisturbed.landing)
    day = run_day(DAY)
    assert day.exit_code == 0, (day.failures, day.status)
    expected = outcome(undisturbed)
    assert expected[0], "the day was meant to have hits"
    assert expected[3], "the day was meant to have extracts"

    warehouses.drop()
    settings = warehouses.make()
    for moment, question in MOMENTS.items():
        process = forked(run_day, DAY)
        deadline = time.monotonic() + LIMIT_SECONDS
        while process.is_alive() and not reached(settings, question):
            assert time.monotonic() < deadline, f"never came to: {moment}"
            time.sleep(0.02)
        process.kill()
        process.join()
    command = [HUIYAN, "run", "--date", DAY.isoformat()]
    last = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    assert last.returncode == 0, last.stdout + last.stderr
    assert outcome(settings) == expected
