"""Rows in quarantine in words: where they stand, what is wrong, and nothing secret."""

from typing import Any

import pytest
from typer.testing import CliRunner

from huiyan.feeds.cli import app
from huiyan.feeds.contract import load_contract
from huiyan.quality.bad_rows import bad_rows, in_words, shown
from huiyan.quality.gate import check
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect

from .landing import CARD, VOUCHER, land, vouchers

DAY = "2025-09-30"
PAYMENT: dict[str, Any] = {
    "adm_div_code": "321012",
    "st_year": "2025",
    "voucher_no": "P1",
    "vou_date": DAY,
    "agency_code": "T001",
    "agency_name": "财政局",
    "exp_func_code": "2010301",
    "pay_type_code": "11",
    "pay_acct_no": "32100000000000012345",
    "pay_acct_name": "财政局",
    "payee_acct_no": "8" * 161,
    "payee_acct_name": "商户",
    "payee_acct_bank_name": "农商行",
    "pay_amt": "12O0.00",
    "status": "paid",
}


def told(settings: Settings, feed: str, row: dict[str, Any]) -> list[str]:
    batch = land(settings, feed, [[row]])
    check(batch)
    with connect(settings, role="huiyan_load") as connection:
        return [str(bad) for bad in bad_rows(connection, load_contract(feed), batch)]


@pytest.mark.parametrize(
    ("feed", "row", "said"),
    [
        (
            "treasury_payments",
            PAYMENT,
            'treasury_payments-1.csv line 2: payee_acct_no 收款人账号 "…8888": longer than 160 '
            'characters; pay_amt 支付金额 "12O0.00": not money',
        ),
        (
            "finance_vouchers",
            {**VOUCHER, "amt": "6222 0202 0011 2233", "poster": None},
            "finance_vouchers-1.csv line 2: poster 记账人 (empty): required; "
            'amt 金额 "…2233": not money',
        ),
        (
            "card_transactions",
            {**CARD, "card_token": None, "read_error": "invalid_card_number"},
            "card_transactions-1.csv line 2: not a card number of 16 to 19 digits",
        ),
        (
            "finance_vouchers",
            {"read_error": "cell_count:3_instead_of_32", "extra": {"cells": ["a", "b", "c"]}},
            "finance_vouchers-1.csv line 2: 3 cells, the heading has 32",
        ),
        (
            "finance_vouchers",
            {**VOUCHER, "read_error": "nul_byte:备注", "extra": {"备注": "a␀b"}},
            'finance_vouchers-1.csv line 2: 备注 "a␀b": holds a NUL byte',
        ),
    ],
)
def test_file_line_column_value_and_reason(
    warehouse: Settings, feed: str, row: dict[str, Any], said: str
) -> None:
    assert told(warehouse, feed, row) == [said]


def test_of_an_anonymous_feed_no_value_is_shown(warehouse: Settings) -> None:
    row = {
        "complaint_no": "信2025-1",
        "platform": "finance",
        "agency_code": "101001",
        "received_on": "张三来访那天",
    }
    (said,) = told(warehouse, "complaints", row)
    assert "received_on 受理日期: not a date" in said
    assert "张三" not in said


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("amt", "x" * 100, f'"{"x" * 60}…"'),
        ("amt", "a\x1b[2Jb\nc", '"a�[2Jb�c"'),
        ("note", "6222.0202.0011.2233", '"****.****.****.2233"'),
        ("account_no", "AB-4711", '"…4711"'),
        ("salary_acct_no", "4711", '"…"'),
        ("acct_set_code", "A001", '"A001"'),
    ],
)
def test_what_a_cell_holds_is_short_and_never_an_account(
    column: str, value: str, said: str
) -> None:
    assert shown(column, value) == said


def test_reasons_of_checks_need_no_value() -> None:
    contract = load_contract("finance_vouchers")
    assert in_words(contract, "amt: not money") == "amt 金额: not money"
    assert in_words(contract, "natural_key: delivered more than once") == (
        "key: delivered more than once"
    )
    assert in_words(contract, "read_error") == "cannot be read as it stands"


def test_the_command_lists_what_no_later_version_has_replaced(warehouse: Settings) -> None:
    arguments = ["quarantine", "finance_vouchers", DAY]
    assert (
        "No row of finance_vouchers of 2025-09-30 lies" in CliRunner().invoke(app, arguments).output
    )
    same = [{**VOUCHER, "amt": amount} for amount in ("1.00", "2.00")]
    check(land(warehouse, "finance_vouchers", [[*vouchers(60), *same]]))
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0
    said = 'key "A001/2025/9/付-1/1": the same key more than once, not with the same content'
    assert shown.output.splitlines() == [
        "finance_vouchers 财务记账 2025-09-30, version 1, accepted: 2 in quarantine",
        f"  finance_vouchers-1.csv line 62: {said}",
        f"  finance_vouchers-1.csv line 63: {said}",
    ]
    check(land(warehouse, "finance_vouchers", [vouchers(60)]))
    assert "No row" in CliRunner().invoke(app, arguments).output
