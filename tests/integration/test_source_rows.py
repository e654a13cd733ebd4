"""What became of rows that were used, told from landing and staging."""

from datetime import date

import psycopg
import pytest

from huiyan.settings import Settings
from huiyan.source_rows import changes
from huiyan.warehouse.connection import connect

FIRST, SECOND = date(2025, 9, 1), date(2025, 9, 2)


def batch(connection: psycopg.Connection, feed: str, day: date, version: int = 1) -> int:
    row = connection.execute(
        "insert into ops.batch (feed, business_date, version, status, is_controlled, content_hash,"
        " row_count) values (%s, %s, %s, 'accepted', true, '', 1) returning batch_id",
        [feed, day, version],
    ).fetchone()
    assert row is not None
    return int(row[0])


def lease(connection: psycopg.Connection, batch_id: int, line: int, number: str, rent: str) -> None:
    connection.execute(
        "insert into landing.leases (batch_id, file_no, line_no, lease_no, agency_code,"
        " asset_name, annual_rent) values (%s, 1, %s, %s, 'T001', %s, %s)",
        [batch_id, line, number, "库房 6282880000000001", rent],
    )


def counts(
    connection: psycopg.Connection, batch_id: int, line: int, key: str, *days: date | None
) -> None:
    connection.execute(
        "insert into staging.stg_finance__lease (lease_no, batch_id, file_no, line_no, natural_key,"
        " valid_from, valid_to) values (%s, %s, 1, %s, %s, %s, %s)",
        [key, batch_id, line, key, *days],
    )


@pytest.fixture
def feeds(warehouse: Settings) -> Settings:
    with connect(warehouse) as connection:
        connection.execute(
            "insert into ops.feed values ('leases', 'snapshot', true) on conflict do nothing"
        )
    return warehouse


def test_a_register_that_says_otherwise_or_nothing_any_more(feeds: Settings) -> None:
    with connect(feeds) as connection:
        then = batch(connection, "leases", FIRST)
        now = batch(connection, "leases", SECOND)
        for line, number in enumerate(("same", "dearer", "gone"), start=2):
            lease(connection, then, line, number, "1000.00")
            counts(connection, then, line, number, FIRST, SECOND)
        lease(connection, now, 2, "same", "1000.00")
        counts(connection, now, 2, "same", SECOND, None)
        lease(connection, now, 3, "dearer", "1200.00")
        counts(connection, now, 3, "dearer", SECOND, None)
    used = [
        {
            "feed": "leases",
            "batch_id": then,
            "file_no": 1,
            "file_name": "a.csv",
            "business_date": FIRST,
            "lines": "2-4",
        }
    ]
    with connect(feeds, role="huiyan_build") as connection:
        assert [change.text for change in changes(connection, used)] == [
            f"leases dearer（a.csv 第 3 行）：以 {SECOND} 的批次 {now}（第 1 版）为准（已更正）："
            "annual_rent 1000.00 → 1200.00",
            f"leases gone（a.csv 第 4 行）：{SECOND} 的批次 {now}（第 1 版）中不再有",
        ]


def test_a_correction_taken_back_leaves_what_was_before(feeds: Settings) -> None:
    with connect(feeds) as connection:
        before = batch(connection, "leases", FIRST)
        lease(connection, before, 2, "L1", "900.00")
        counts(connection, before, 2, "L1", FIRST, None)
        used_batch = batch(connection, "leases", SECOND)
        lease(connection, used_batch, 2, "L1", "950.00")
        batch(connection, "leases", SECOND, version=2)
    used = [
        {
            "feed": "leases",
            "batch_id": used_batch,
            "file_no": 1,
            "file_name": "b.csv",
            "business_date": SECOND,
            "lines": "2",
        }
    ]
    with connect(feeds, role="huiyan_build") as connection:
        (change,) = changes(connection, used)
    assert (change.kind, change.by_batch_id, change.since) == ("earlier", before, FIRST)
    assert "（重新有效）" in change.text
