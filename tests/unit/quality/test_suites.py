"""The committed suites say what the feed contracts say."""

import json

import pytest

from huiyan.errors import ContractError
from huiyan.feeds.contract import Check, load_contract, load_contracts
from huiyan.quality import suites
from huiyan.quality.gate import _a_year_after, fewest_rows
from huiyan.quality.validation import masked

REASONS = (
    r"^([a-z][a-z0-9_]*: (required|not an integer|not a date|not a timestamp|not money"
    r"|not a yes/no flag|not in the code list|not 64 hex|out of -?\d+–-?\d+|below -?\d+"
    r"|above -?\d+|beyond ±[\d,]+|longer than \d+ characters"
    r"|contains /, which parts the voucher's id|not a complaint's number|not a unit's code"
    r"|could identify somebody and is hidden, or over 200 characters)|read_error)$"
)


def test_every_feed_has_its_suite_and_none_is_out_of_date() -> None:
    assert suites.stale() == []
    assert {path.stem for path in suites.SUITES.glob("*.json")} == set(load_contracts())


@pytest.mark.parametrize("feed", load_contracts())
def test_great_expectations_can_run_what_is_committed(feed: str) -> None:
    from great_expectations import ExpectationSuite

    from huiyan.quality import expectations  # noqa: F401

    document = suites.load(feed)
    assert len(ExpectationSuite(**document).expectations) == len(document["expectations"])


@pytest.mark.parametrize("feed", load_contracts())
def test_severities_and_reasons_are_of_the_documented_vocabulary(feed: str) -> None:
    import re

    for expectation in suites.load(feed)["expectations"]:
        meta = expectation["meta"]
        assert meta["severity"] in ("critical", "row", "warning")
        if meta["severity"] == "row":
            assert re.match(REASONS, meta["reason"]), meta["reason"]


@pytest.mark.parametrize("feed", load_contracts())
def test_every_declaration_of_a_contract_is_checked(feed: str) -> None:
    contract = load_contract(feed)
    reasons = {e["meta"]["reason"] for e in suites.load(feed)["expectations"]}
    for column in contract.columns:
        if column.required:
            assert f"{column.name}: required" in reasons
        if column.type != "text" and not column.sensitive:
            assert f"{column.name}: {suites.NOT_READ_AS[column.type]}" in reasons
    shrink = any("lost over" in reason for reason in reasons)
    assert shrink == (contract.kind == "snapshot")


def test_no_card_number_is_ever_looked_at() -> None:
    columns = {e["kwargs"].get("column") for e in suites.load("card_transactions")["expectations"]}
    assert "card_no" not in columns
    assert "card_token" in columns


def test_checks_of_a_contract_look_at_the_columns_as_read() -> None:
    contract = load_contract("finance_vouchers").model_copy(
        update={
            "checks": (
                Check(
                    expectation="ExpectColumnValuesToBeBetween",
                    severity="warning",
                    kwargs={"column": "fiscal_year", "min_value": 2015},
                    reason="fiscal_year: before the platform",
                ),
            )
        }
    )
    last = suites.generate(contract)["expectations"][-1]
    assert last["kwargs"]["column"] == "fiscal_year_typed"
    assert last["meta"] == {"severity": "warning", "reason": "fiscal_year: before the platform"}


def test_an_unknown_check_is_an_error_of_the_contract() -> None:
    check = Check(expectation="ExpectWonders", severity="row", kwargs={}, reason="none")
    contract = load_contract("leases").model_copy(update={"checks": (check,)})
    with pytest.raises(ContractError, match="ExpectWonders"):
        suites.generate(contract)


def test_a_suite_is_the_same_however_often_it_is_made() -> None:
    contract = load_contract("leases")
    assert suites.text_of(suites.generate(contract)) == suites.text_of(suites.generate(contract))
    assert json.loads(suites.text_of(suites.generate(contract))) == suites.load("leases")


@pytest.mark.parametrize(
    ("before", "fewest"), [(0, 0), (1, 1), (9, 9), (10, 9), (11, 10), (100, 90), (1137, 1024)]
)
def test_fewest_rows_of_the_next_snapshot(before: int, fewest: int) -> None:
    assert fewest_rows(before) == fewest
    assert before == 0 or (before - fewest) / before <= 0.1 < (before - fewest + 1) / before


def test_a_year_after_a_leap_day() -> None:
    from datetime import date

    assert _a_year_after(date(2025, 9, 30)) == "2026-09-30"
    assert _a_year_after(date(2028, 2, 29)) == "2029-03-01"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("6222020200112233445", "…3445"),
        ("卡 6222 0202 0011 2233 完", "卡 …2233 完"),
        ("6222-0202-0011-2233", "…2233"),
        ("12345678901", "12345678901"),
        ({"values": ["6222020200112233445", 5, None]}, {"values": ["…3445", 5, None]}),
    ],
)
def test_examples_hide_long_numbers(value: object, shown: object) -> None:
    assert masked(value) == shown
