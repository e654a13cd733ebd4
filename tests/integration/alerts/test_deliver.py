"""Delivery killed between any two of its steps, and two deliveries at once."""

import os
import signal
import threading
from pathlib import Path

import psycopg
import pytest

from alert_district import MONDAY, District
from forked import die_after, forked
from huiyan.alerts.issue import issue
from huiyan.delivery.deliver import deliver
from huiyan.errors import DeliveryError


def deliver_and_die(limit: int) -> None:
    """Deliver; die after `limit` steps, or at the end.

    A step is any statement to the database, its commit, any change to the file system.
    """
    die_after(
        limit,
        (psycopg.Connection, "execute"),
        (psycopg.Connection, "commit"),
        (os, "fsync"),
        (Path, "rename"),
    )
    deliver(MONDAY, "U002")
    os.kill(os.getpid(), signal.SIGKILL)


def visible(outbox: Path) -> list[str]:
    return sorted(
        str(path.relative_to(outbox))
        for path in outbox.rglob("*")
        if path.is_file() and not path.relative_to(outbox).parts[0].startswith(".")
    )


def test_killed_between_any_two_steps(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    outbox = district.settings.outbox
    limit, finished = 0, False
    whole = [f"U002/2025-09-01/{name}" for name in ("alerts.csv", "alerts.xlsx", "manifest.json")]
    while not finished:
        district.run("truncate ops.alert, ops.delivery, ops.alert_day cascade")
        for path in sorted(outbox.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        issue(MONDAY, district.settings)
        process = forked(deliver_and_die, limit)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        state = district.value("select state from ops.delivery where body_code = 'U002'")
        finished = state == "delivered" and limit > 8
        assert visible(outbox) in ([], whole), f"half an extract after {limit} steps"
        if state == "delivered":
            assert visible(outbox) == whole
        deliver(MONDAY, "U002", district.settings)
        assert visible(outbox) == whole
        assert district.rows(
            "select state, (select count(*) from ops.delivery_receipt) from ops.delivery "
            "where body_code = 'U002'"
        ) == [("delivered", 1)]
        assert district.value("select count(*) from ops.alert_event where event='delivered'") == 1
        assert district.value("select state from ops.alert") == "delivered"
        limit += 1
    assert limit > 8


def test_two_at_once_send_one(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    statuses: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: statuses.append(deliver(MONDAY, "U002", district.settings).status)
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == ["delivered", "unchanged", "unchanged", "unchanged"]
    assert district.value("select count(*) from ops.delivery_receipt") == 1


def test_an_outbox_that_cannot_be_written_leaves_it_waiting(district: District) -> None:
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    district.settings.outbox.parent.mkdir(parents=True, exist_ok=True)
    district.settings.outbox.write_text("a file where the folder should be")
    with pytest.raises(DeliveryError, match="waits in the outbox"):
        deliver(MONDAY, "U002", district.settings)
    assert district.value("select state from ops.delivery where body_code='U002'") == "pending"
    district.settings.outbox.unlink()
    assert deliver(MONDAY, "U002", district.settings).status == "delivered"
