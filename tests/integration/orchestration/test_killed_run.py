"""`huiyan run` killed inside any kind of task and run again ends as if it had never been killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date

import pytest

from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from landing_zone import Town, attachment, payment, swipe, voucher

DAY = date(2025, 9, 1)

CHILD = """
import os, signal, sys, threading
from datetime import date
from huiyan.orchestration import run

day, dag_id, task_id, delay = sys.argv[1:]
walk = run._walk

def walk_to_the_end(*arguments):
    from huiyan.orchestration.inline import InlineRun

    call = InlineRun._call

    def killed(self, task, *arguments):
        if (self.dag.dag_id, task.task_id) == (dag_id, task_id):
            threading.Timer(float(delay), os.kill, (os.getpid(), signal.SIGKILL)).start()
        return call(self, task, *arguments)

    InlineRun._call = killed
    return walk(*arguments)

run._walk = walk_to_the_end
raise SystemExit(run.run_day(date.fromisoformat(day)))
"""

KILLS = [
    ("feed_finance_vouchers", "collect", 0.01),
    ("feed_card_transactions", "check", 0.3),
    ("warehouse", "evaluate", 4.0),
    ("alerts", "issue", 0.05),
    ("alerts", "deliver", 0.02),
]

STATE = {
    "ops.batch": "feed, business_date, version, status, content_hash",
    "ops.row_count": "in_files, in_landing, good, duplicates, quarantined",
    "marts.fct_rule_hit": "hit_id, first_detected_on, last_detected_on, cleared_on, evidence::text",
    "marts.fct_rule_run": "rule_id, business_date, status, population, hits",
    "ops.alert": "alert_id, tier, state, due_on",
    "ops.delivery": "body_code, business_date, version, state, content_hash",
    "ops.operations_alert": "kind, feed, business_date, resolved_at is null",
}


def _deliver(settings: Settings) -> None:
    town = Town(settings.landing)
    town.deliver_references(DAY)
    town.deliver_day(
        DAY,
        vouchers=voucher("F002", "记0001", "800.00", dep_bgt_eco_code="30217"),
        attachments=[attachment("F002", "记0001", 1, "reception_list")],
        payments=[payment("P0001", "T003", "20000.00", x_pay_date="2025-08-25")],
        swipes=[swipe("C0001", "T001", "288.00", mcc="5813")],
    )


def _run(settings: Settings, dag_id: str = "", task_id: str = "", delay: float = 0) -> int:
    assert settings.warehouse_url is not None
    environment = os.environ | {
        "HUIYAN_HOME": str(settings.home_dir),
        "HUIYAN_WAREHOUSE_URL": settings.warehouse_url,
        "HUIYAN_LANDING": str(settings.landing),
        "HUIYAN_OUTBOX": str(settings.outbox),
        "AIRFLOW_HOME": str(settings.home_dir / "airflow"),
    }
    command = [sys.executable, "-c", CHILD, DAY.isoformat(), dag_id, task_id, str(delay)]
    return subprocess.run(command, env=environment, check=False).returncode


def _state(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    with connect(settings) as connection:
        return {
            table: sorted(connection.execute(f"select {columns} from {table}").fetchall(), key=repr)
            for table, columns in STATE.items()
        }


def _extracts(settings: Settings) -> set[str]:
    files = (path for path in settings.outbox.rglob("*") if path.is_file())
    return {str(path.relative_to(settings.outbox)) for path in files}


@pytest.mark.slow
def test_killed_in_every_kind_of_task(
    warehouse: Settings, another_warehouse: Callable[[], Settings]
) -> None:
    _deliver(warehouse)
    assert _run(warehouse) == 0
    other = another_warehouse()
    killed = 0
    for dag_id, task_id, delay in KILLS:
        code = _run(other, dag_id, task_id, delay)
        assert code in (-signal.SIGKILL, 0)
        killed += code != 0
    assert killed >= 3
    assert _run(other) == 0
    assert _state(other) == _state(warehouse)
    assert _extracts(other) == _extracts(warehouse)
