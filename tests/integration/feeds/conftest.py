"""Deliveries written by hand, and what came of them."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from huiyan.feeds.contract import load_contract
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

DAY = date(2025, 11, 24)


class District:
    """One warehouse with its landing zone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def folder(self, feed: str, day: date = DAY) -> Path:
        folder = self.settings.landing / feed / day.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def put(self, feed: str, name: str, content: bytes | str, day: date = DAY) -> Path:
        path = self.folder(feed, day) / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def manifest(self, feed: str, day: date = DAY, **changes: Any) -> dict[str, Any]:
        """Write a true manifest of what is there, then the `changes` to its first file."""
        folder = self.folder(feed, day)
        files = [
            {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in sorted(folder.iterdir())
            if path.name != "manifest.json"
        ]
        if files:
            files[0].update(changes)
        manifest = {"feed": feed, "business_date": day.isoformat(), "files": files}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return manifest

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with connect(self.settings) as connection:
            return connection.execute(statement, parameters).fetchall()

    def landed(self, feed: str, columns: str = "*") -> list[tuple[Any, ...]]:
        return self.query(
            f"select {columns} from landing.{feed} order by batch_id, file_no, line_no"
        )

    def batches(self, feed: str) -> list[tuple[Any, ...]]:
        return self.query(
            "select version, status, row_count, error from ops.batch where feed = %s "
            "order by version",
            feed,
        )


@pytest.fixture
def district(warehouse: Settings) -> District:
    return District(warehouse)


VALUES = {
    "finance_users": {
        "agency_code": "F001", "agency_name": "云溪区财政局", "status": "启用",
    },
    "card_transactions": {
        "txn_no": "T1", "card_no": "6282001234567890", "holder_id": "P1", "holder_name": "张三",
        "agency_code": "T001", "txn_at": "2025-11-21 12:30", "posted_date": "2025-11-22",
        "txn_type": "消费", "amount": "120.00", "merchant_name": "云溪饭店", "mcc": "5812",
    },
    "finance_vouchers": {
        "mof_div_code": "321012", "agency_code": "F001", "acct_set_code": "A001",
        "fiscal_year": "2025", "acct_period": "11", "voucher_no": "记0001", "vou_seq": "1",
        "voucher_date": "2025-11-21", "inputer": "李四", "inputer_date": "2025-11-21",
        "poster": "王五", "poster_date": "2025-11-21", "red_flag": "0",
        "vou_det_desc": "支付办公费", "gov_acct_cls_code": "500101", "dr_cr": "借",
        "amt": "1234.56",
    },
    "budgets": {
        "fiscal_year": "2025", "agency_code": "T001", "dep_exp_eco_code": "30217",
        "amount": "1000.00",
    },
}  # fmt: skip


def rows_of(feed: str, count: int = 1, **changes: str) -> list[dict[str, str]]:
    """`count` good rows with different keys."""
    key = {"finance_users": "agency_code", "card_transactions": "txn_no",
           "finance_vouchers": "voucher_no", "budgets": "agency_code"}[feed]  # fmt: skip
    return [
        {**VALUES[feed], **({} if count == 1 else {key: f"K{number:06d}"}), **changes}
        for number in range(1, count + 1)
    ]


def csv_of(
    feed: str,
    rows: Sequence[dict[str, str]],
    *,
    columns: Sequence[str] | None = None,
    headers: Callable[[Any], str] = lambda column: column.name,
) -> str:
    """CSV text of `rows` with all the contract's columns (or just `columns`)."""
    contract = load_contract(feed)
    names = list(columns or [column.name for column in contract.columns])
    known = {column.name: column for column in contract.columns}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([headers(known[name]) if name in known else name for name in names])
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return out.getvalue()
