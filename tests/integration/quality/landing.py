"""Lands rows without files: what the gate needs of a delivery, and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

Row = Mapping[str, Any]

VOUCHER: Row = {
    "mof_div_code": "321012",
    "agency_code": "101001",
    "acct_set_code": "A001",
    "fiscal_year": "2025",
    "acct_period": "9",
    "voucher_no": "付-1",
    "vou_seq": "1",
    "voucher_date": "2025-09-30",
    "inputer": "张三",
    "inputer_date": "2025-09-30",
    "poster": "王五",
    "poster_date": "2025-09-30",
    "red_flag": "0",
    "vou_det_desc": "购办公用品",
    "gov_acct_cls_code": "5001",
    "dr_cr": "借",
    "amt": "1000.00",
}
LEASE: Row = {
    "lease_no": "L1",
    "agency_code": "101001",
    "asset_name": "门面房",
    "tenant_name": "商户",
    "annual_rent": "12000",
    "starts_on": "2025-01-01",
    "ends_on": "2025-12-31",
}
CARD: Row = {
    "txn_no": "T1",
    "card_token": "token",
    "card_last4": "1234",
    "holder_id": "P1",
    "holder_name": "李四",
    "agency_code": "T001",
    "txn_at": "2025-09-30 12:00",
    "posted_date": "2025-09-30",
    "txn_type": "消费",
    "amount": "88.00",
    "merchant_name": "饭店",
    "mcc": "5812",
}


def vouchers(count: int, **changes: Any) -> list[dict[str, Any]]:
    """`count` good voucher entries of different keys."""
    return [{**VOUCHER, "voucher_no": f"记-{number}", **changes} for number in range(count)]


def leases(count: int) -> list[dict[str, Any]]:
    """`count` good leases of different keys."""
    return [{**LEASE, "lease_no": f"L{number}"} for number in range(count)]


def land(
    settings: Settings,
    feed: str,
    files: Sequence[Sequence[Row]],
    *,
    on: str = "2025-09-30",
    names: Sequence[str] | None = None,
) -> int:
    """Insert one batch with the given rows per file; returns its id."""
    with connect(settings, role="huiyan_load") as connection:
        version = connection.execute(
            "select coalesce(max(version), 0) + 1 from ops.batch "
            "where feed = %s and business_date = %s",
            (feed, on),
        ).fetchone()
        assert version is not None
        batch = connection.execute(
            "insert into ops.batch (feed, business_date, version, status, is_controlled, "
            "content_hash, row_count) values (%s, %s, %s, 'landed', false, %s, %s) "
            "returning batch_id",
            (feed, on, version[0], f"{feed}{on}{version[0]}", sum(len(rows) for rows in files)),
        ).fetchone()
        assert batch is not None
        for file_no, rows in enumerate(files, start=1):
            name = names[file_no - 1] if names else f"{feed}-{file_no}.csv"
            connection.execute(
                "insert into ops.batch_file (batch_id, file_no, file_name, sha256, bytes, "
                "row_count) values (%s, %s, %s, %s, 1, %s)",
                (batch[0], file_no, name, name, len(rows)),
            )
            for line_no, row in enumerate(rows, start=2):
                _insert(connection, feed, {**row, "batch_id": batch[0], "file_no": file_no,
                                           "line_no": line_no})  # fmt: skip
        return int(batch[0])


def _insert(connection: psycopg.Connection, feed: str, row: Row) -> None:
    values = [Jsonb(value) if isinstance(value, dict) else value for value in row.values()]
    connection.execute(
        sql.SQL("insert into landing.{} ({}) values ({})").format(
            sql.Identifier(feed),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        ),
        values,
    )


def query(settings: Settings, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    with connect(settings) as connection:
        return connection.execute(statement, parameters).fetchall()
