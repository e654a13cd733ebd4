"""A landing zone written by hand: a town of four units, small enough to reason about.

`Town` holds the rows that each feed would deliver; tests change them and deliver a day.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from huiyan.feeds.contract import load_contract

Row = dict[str, str]

UNITS = {
    # name: (finance code, treasury code, USCC)
    "财政局": ("F001", "T001", "11321012MB0000001A"),
    "青禾镇人民政府": ("F002", "T002", "11321012MB0000002B"),
    "青禾镇中心小学": ("F003", "T003", "12321012MB0000003C"),
    "云溪区档案馆": ("F004", "T004", "12321012MB0000004D"),
}


def deliver(
    landing: Path,
    feed: str,
    day: date,
    rows: Iterable[Mapping[str, str]],
    *,
    name: str = "data.csv",
    manifest: bool = True,
) -> Path:
    """Write one CSV with canonical headers (and its manifest) as the day's whole delivery."""
    contract = load_contract(feed)
    folder = landing / feed / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    rows = list(rows)
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, [column.name for column in contract.columns])
        writer.writeheader()
        writer.writerows(rows)
    if manifest:
        entry: dict[str, object] = {
            "name": name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "rows": len(rows),
        }
        if contract.amount_column:
            total = sum(Decimal(row.get(contract.amount_column) or "0") for row in rows)
            entry["amount_total"] = str(total)
        control = {"feed": feed, "business_date": day.isoformat(), "files": [entry]}
        (folder / "manifest.json").write_text(json.dumps(control), encoding="utf-8")
    return path


def users(platform: str) -> list[Row]:
    """The four units as one platform's users."""
    position = 0 if platform == "finance" else 1
    return [
        {
            "agency_code": codes[position],
            "agency_name": name,
            "uscc": codes[2],
            "township": "青禾镇",
            "status": "启用",
        }
        for name, codes in UNITS.items()
    ]


def accounts() -> list[Row]:
    """A zero-balance and a basic account for each unit."""
    rows = []
    for name, (finance, treasury, _) in UNITS.items():
        for kind, prefix in (("zero_balance", "Z"), ("basic", "B")):
            rows.append(
                {
                    "account_no": prefix + treasury,
                    "account_name": name,
                    "platform": "treasury",
                    "agency_code": treasury,
                    "account_kind": kind,
                    "status": "启用",
                }
            )
        rows.append(
            {
                "account_no": "S" + finance,
                "account_name": name,
                "platform": "finance",
                "agency_code": finance,
                "account_kind": "account_set",
                "acct_set_code": "A" + finance,
                "status": "启用",
            }
        )
    return rows


def bodies() -> list[Row]:
    """Own bodies, a township commission, a regulator, an office and the district commission."""
    rows = [
        {"body_code": "U" + codes[0], "body_name": name, "body_kind": "unit", "channel": "folder"}
        for name, codes in UNITS.items()
    ]
    rows += [
        {
            "body_code": code,
            "body_name": name,
            "body_kind": kind,
            "parent_body_code": parent,
            "channel": "folder",
            "headcount": "3",
        }
        for code, name, kind, parent in (
            ("TC01", "青禾镇纪委", "township_commission", "SO1"),
            ("RG01", "区财政局监督科", "regulator", "SO1"),
            ("SO1", "第一监督检查室", "supervision_office", ""),
        )
    ]
    return rows


def jurisdictions() -> list[Row]:
    """Every unit under the same bodies, on both platforms."""
    return [
        {
            "platform": platform,
            "agency_code": code,
            "own_body_code": "U" + finance,
            "verifying_body_code": "TC01",
            "regulator_body_code": "RG01",
            "supervision_office_code": "SO1",
            "valid_from": "2020-01-01",
        }
        for finance, treasury, _ in UNITS.values()
        for platform, code in (("finance", finance), ("treasury", treasury))
    ]


def entry(agency: str, number: str, sequence: int, **changes: str) -> Row:
    """One voucher entry of July 2025, an office expense of 100.00 paid by transfer."""
    return {
        "mof_div_code": "321099",
        "agency_code": agency,
        "acct_set_code": "A" + agency,
        "fiscal_year": "2025",
        "acct_period": "7",
        "voucher_no": number,
        "vou_seq": str(sequence),
        "voucher_date": "2025-07-10",
        "inputer": "甲",
        "inputer_date": "2025-07-10",
        "auditor": "乙",
        "auditor_date": "2025-07-10",
        "poster": "丙",
        "poster_date": "2025-07-11",
        "vou_cnt": "1",
        "red_flag": "0",
        "vou_det_desc": "购买办公用品",
        "gov_acct_cls_code": "500101",
        "dr_cr": "D",
        "amt": "100.00",
        "dep_bgt_eco_code": "30201",
        "set_mode_code": "2",
        **changes,
    }


def voucher(agency: str, number: str, amount: str, **changes: str) -> list[Row]:
    """An expense voucher: the expense and the bank credit."""
    return [
        entry(agency, number, 1, amt=amount, **changes),
        entry(
            agency,
            number,
            2,
            **{**changes, "amt": amount, "gov_acct_cls_code": "1002", "dr_cr": "C"},
        ),
    ]


def attachment(agency: str, number: str, sequence: int, kind: str, **changes: str) -> Row:
    """One attachment of a voucher of July 2025."""
    return {
        "acct_set_code": "A" + agency,
        "fiscal_year": "2025",
        "acct_period": "7",
        "voucher_no": number,
        "attachment_no": str(sequence),
        "attachment_type": kind,
        "uploaded_at": "2025-07-11 10:00:00",
        **changes,
    }


def payment(number: str, treasury_code: str, amount: str, **changes: str) -> Row:
    """One treasury payment to a supplier."""
    return {
        "adm_div_code": "321099",
        "st_year": "2025",
        "voucher_no": number,
        "vou_date": "2025-07-10",
        "agency_code": treasury_code,
        "agency_name": next(n for n, codes in UNITS.items() if codes[1] == treasury_code),
        "exp_func_code": "2010101",
        "dep_exp_eco_code": "30201",
        "pay_type_code": "12",
        "set_mode_code": "4",
        "pay_acct_no": "Z" + treasury_code,
        "pay_acct_name": "零余额",
        "payee_acct_no": "955880001",
        "payee_acct_name": "扬江文具有限公司",
        "payee_acct_bank_name": "扬江银行",
        "pay_summary_name": "办公用品",
        "pay_amt": amount,
        "x_pay_date": "2025-07-10",
        "x_pay_amt": amount,
        "status": "paid",
        **changes,
    }


def swipe(number: str, treasury_code: str, amount: str, **changes: str) -> Row:
    """One purchase with an official card."""
    return {
        "txn_no": number,
        "card_no": "6282880000000001",
        "holder_id": "P1",
        "holder_name": "丁",
        "agency_code": treasury_code,
        "txn_at": "2025-07-10 12:00:00",
        "posted_date": "2025-07-11",
        "txn_type": "purchase",
        "amount": amount,
        "merchant_name": "云溪书店",
        "mcc": "5942",
        "merchant_city": "扬江",
        **changes,
    }


class Town:
    """What the senders of the four-unit town deliver."""

    def __init__(self, landing: Path) -> None:
        self.landing = landing

    def deliver_references(self, day: date) -> None:
        """All reference snapshots."""
        for feed, rows in {
            "finance_users": users("finance"),
            "treasury_users": users("treasury"),
            "accounts": accounts(),
            "bodies": bodies(),
            "jurisdictions": jurisdictions(),
            "personnel": [
                {"person_id": "P1", "name": "丁", "agency_code": "T001", "status": "in_post"}
            ],
            "budgets": [
                {
                    "fiscal_year": "2025",
                    "agency_code": "T001",
                    "dep_exp_eco_code": "30217",
                    "amount": "50000.00",
                }
            ],
            "leases": [],
        }.items():
            deliver(self.landing, feed, day, rows)

    def deliver_day(
        self,
        day: date,
        vouchers: Iterable[Row] = (),
        attachments: Iterable[Row] = (),
        payments: Iterable[Row] = (),
        swipes: Iterable[Row] = (),
    ) -> None:
        """All four daily feeds of one date."""
        deliver(self.landing, "finance_vouchers", day, vouchers)
        deliver(self.landing, "finance_attachments", day, attachments)
        deliver(self.landing, "treasury_payments", day, payments)
        deliver(self.landing, "card_transactions", day, swipes)
