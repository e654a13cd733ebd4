"""The schema the migrations leave behind."""

import os
import threading
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.migrate import migrate


def test_migrating_twice_changes_nothing(warehouse: Settings) -> None:
    query = (
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('ops', 'landing', 'quarantine') order by 1, 2, 3"
    )
    with connect(warehouse) as connection:
        before = connection.execute(query).fetchall()
    migrate(warehouse)
    with connect(warehouse) as connection:
        assert connection.execute(query).fetchall() == before
    assert len(before) > 300


def test_a_contract_may_gain_a_column_whose_view_others_rest_on(warehouse: Settings) -> None:
    columns = (
        "select array_agg(attname::text order by attnum) from pg_attribute "
        "where attrelid = to_regclass('landing.returns_typed') and attnum > 0"
    )
    with connect(warehouse) as connection:
        (definition,) = connection.execute(
            "select pg_get_viewdef('landing.returns_typed')"
        ).fetchone()  # type: ignore[misc]
        (every,) = connection.execute(columns).fetchone()  # type: ignore[misc]
        former = [name for name in every if name != "note"]
        connection.execute("drop view landing.returns_typed cascade")
        connection.execute(
            f"create view landing.returns_typed as select {', '.join(former)} "
            f"from ({definition.rstrip(';')}) as former"
        )
        connection.execute("create view landing.rests as select verdict from landing.returns_typed")
        connection.execute("comment on table landing.returns is 'former'")
    migrate(warehouse)
    with connect(warehouse) as connection:
        assert connection.execute(columns).fetchone() == ([*former, "note"],)
        connection.execute("drop view landing.rests")


def test_who_reads_a_feed_is_not_waited_for(warehouse: Settings) -> None:
    """Any command migrates first: it must not stop a day that is being judged."""
    with connect(warehouse) as connection:
        connection.execute("select 1 from landing.finance_vouchers limit 1")
        migrating = threading.Thread(target=migrate, args=(warehouse,), daemon=True)
        migrating.start()
        migrating.join(20)
        assert not migrating.is_alive()


def test_only_its_owner_and_the_server_enter_the_home_of_a_server(prepared_server: Path) -> None:
    mode = prepared_server.stat().st_mode & 0o777
    assert mode == (0o710 if os.geteuid() == 0 else 0o700)
    assert (prepared_server / "postgres").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("function", "sent", "read"),
    [
        ("as_int", "１２", 12),
        ("as_int", "12.0", None),
        ("as_date", "2025-02-28", date(2025, 2, 28)),
        ("as_date", "2025/02/28", date(2025, 2, 28)),
        ("as_date", "２０２５０２２８", date(2025, 2, 28)),
        ("as_date", "2025-02-30", None),
        ("as_date", "2025-02/28", None),
        ("as_date", "28/02/2025", None),
        ("as_date", "2025--1-02", None),
        ("as_date", "infinity", None),
        ("as_int", "1234567890", None),
        ("as_timestamp", "2025-02-28 23:59", datetime(2025, 2, 28, 23, 59)),
        ("as_timestamp", "2025-02-28 23:59:59", datetime(2025, 2, 28, 23, 59, 59)),
        ("as_timestamp", "2025-02-28 24:00", None),
        ("as_money", "1,000.00", Decimal("1000.00")),
        ("as_money", "￥-1,234,567.8", Decimal("-1234567.80")),
        ("as_money", "￥１２．５", Decimal("12.50")),
        ("as_money", "123456789012345.00", Decimal("123456789012345.00")),
        ("as_money", "1234567890123456.00", None),
        ("as_money", "1..5", None),
        ("as_money", "10,00", None),
        ("as_money", "1.005", None),
        ("as_money", "1e5", None),
        ("as_money", "", None),
        ("as_flag", "是", True),
        ("as_flag", "n", False),
        ("as_flag", "true", None),
    ],
)
def test_typed_values(warehouse: Settings, function: str, sent: str, read: object) -> None:
    with connect(warehouse) as connection:
        row = connection.execute(f"select landing.{function}(%s)", [sent]).fetchone()
    assert row == (read,)


def test_keys_with_slashes_do_not_collide(warehouse: Settings) -> None:
    rows = [("a/b", "c"), ("a", "b/c")]
    with connect(warehouse) as connection:
        for line, (account_set, number) in enumerate(rows, start=2):
            connection.execute(
                "insert into landing.finance_vouchers (batch_id, file_no, line_no, acct_set_code, "
                "fiscal_year, acct_period, voucher_no, vou_seq) values (1, 1, %s, %s, '2025', "
                "'7', %s, '1')",
                [line, account_set, number],
            )
        keys = connection.execute(
            "select natural_key from landing.finance_vouchers_typed"
        ).fetchall()
    assert len(set(keys)) == 2


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("huiyan_read", "select * from ops.batch"),
        ("huiyan_read", "select * from landing.card_transactions"),
        ("huiyan_load", "delete from landing.finance_vouchers"),
        ("huiyan_load", "create table marts.intruder (a int)"),
        ("huiyan_build", "delete from landing.finance_vouchers"),
        ("huiyan_build", "update ops.batch set status = 'accepted'"),
        ("huiyan_push", "select * from landing.card_transactions"),
        ("huiyan_push", "delete from ops.batch"),
    ],
)
def test_roles_have_least_privilege(warehouse: Settings, role: str, statement: str) -> None:
    with (
        connect(warehouse, role=role) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)
