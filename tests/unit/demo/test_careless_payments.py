"""Careless rules on payments and their bookings are wrong in the demo district."""

from collections.abc import Callable
from copy import copy

import pytest

import demo_oracle_bookings
import demo_oracle_payments
from demo_oracle import Hits, Oracle, Record, Voucher
from demo_worlds import lived
from huiyan.demo.district import Options

OPTIONS = Options(accounts=220)


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """What there is to judge on the last business date."""
    kept: list[Oracle] = []

    class Kept(Oracle):
        def judge(self) -> Hits:
            kept.append(self)
            return {}

    lived(OPTIONS).judge(OPTIONS.last, Kept)
    return kept[0]


def wrong(oracle: Oracle) -> set[str]:
    """Rules whose hits are not what was planted."""
    truth = lived(OPTIONS).world.truth
    hits = demo_oracle_payments.judge(oracle) | demo_oracle_bookings.judge(oracle)
    return {rule for rule, found in hits.items() if found != truth.planted(rule)}


def every_payment_is_live(oracle: Oracle) -> None:
    oracle.payments = oracle.feeds["treasury_payments"]


def reversed_are_live(oracle: Oracle) -> None:
    oracle.live = list(oracle.vouchers.values())


def nobody_keeps_anothers_books(oracle: Oracle) -> None:
    oracle.keepers = {}


def payments_without_code_count(oracle: Oracle) -> None:
    oracle.payments = [
        {**each, "dep_exp_eco_code": each["dep_exp_eco_code"] or "30299"}
        for each in oracle.payments
    ]


def procurement_does_not_matter(oracle: Oracle) -> None:
    oracle.payments = [
        {**each, "pur_met_code": None, "gov_procurement_id": None} for each in oracle.payments
    ]


def requested_is_paid(oracle: Oracle) -> None:
    oracle.payments = [
        {**each, "x_pay_date": each["vou_date"], "x_pay_amt": each["pay_amt"]}
        for each in oracle.payments
    ]


def year_of_the_payment_date(oracle: Oracle) -> None:
    oracle.payments = [
        {**each, "st_year": int(demo_oracle_payments.paid_on(each)[:4])} for each in oracle.payments
    ]


@pytest.mark.parametrize(
    ("forget", "rules"),
    [
        (
            every_payment_is_live,
            {
                "PAY-002",
                "PAY-003",
                "PAY-004",
                "PAY-005",
                "PAY-006",
                "PAY-008",
                "PAY-009",
                "PAY-011",
                "BOOK-006",
                "PROC-002",
            },
        ),
        (reversed_are_live, {"BOOK-003", "BOOK-005", "BOOK-006", "PROC-003"}),
        (nobody_keeps_anothers_books, {"BOOK-006"}),
        (payments_without_code_count, {"PAY-002", "PAY-004", "PAY-005"}),
        (procurement_does_not_matter, {"PROC-002"}),
        (requested_is_paid, {"PAY-006", "BOOK-003", "PROC-003"}),
        (year_of_the_payment_date, {"PAY-011"}),
    ],
)
def test_forgetting_a_clause_shows(
    oracle: Oracle, forget: Callable[[Oracle], None], rules: set[str]
) -> None:
    careless = copy(oracle)
    forget(careless)
    assert wrong(careless) >= rules


def any_short_name(name: str) -> bool:
    return 2 <= len(name) <= 4


def name_as_sent(name: str) -> str:
    return name


def expense_only(voucher: Voucher, number: str) -> int | None:
    return sum(e["amt"] for e in voucher.expense_entries if e["pay_voucher_no"] == number) or None


def both_accountings(voucher: Voucher, number: str) -> int | None:
    return sum(
        entry["amt"]
        for entry in voucher.entries
        if entry["pay_voucher_no"] == number and entry["dr_cr"] == "D"
    )


def requested_on(payment: Record) -> str:
    return str(payment["vou_date"])


@pytest.mark.parametrize(
    ("module", "name", "careless", "rules"),
    [
        (demo_oracle_payments, "is_person", any_short_name, {"PAY-002"}),
        (demo_oracle_payments, "normalised", name_as_sent, {"PAY-002", "PAY-008", "PAY-009"}),
        (demo_oracle_payments, "paid_on", requested_on, {"PAY-006"}),
        (demo_oracle_bookings, "booked_fen", expense_only, {"BOOK-003"}),
        (demo_oracle_bookings, "booked_fen", both_accountings, {"BOOK-003"}),
    ],
)
def test_a_careless_notion_shows(
    oracle: Oracle,
    module: object,
    name: str,
    careless: object,
    rules: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, name, careless)
    assert wrong(oracle) >= rules


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("LARGE", 9_999_99, "PAY-002"),
        ("LARGE", 10_000_01, "PAY-002"),
        ("NOT_TO_PERSONS", ("301", "303"), "PAY-002"),
        ("NOT_TO_PERSONS", ("301", "30226"), "PAY-002"),
        ("TWICE", 999_99, "PAY-004"),
        ("TWICE", 1_000_01, "PAY-004"),
        ("TWICE_DAYS", 9, "PAY-004"),
        ("TWICE_DAYS", 11, "PAY-004"),
        ("NOT_TWICE", ("0",), "PAY-004"),
        ("NAMES_DAYS", 179, "PAY-008"),
        ("NAMES_DAYS", 181, "PAY-008"),
        ("RETURNED_DAYS", 29, "PAY-009"),
        ("RETURNED_DAYS", 31, "PAY-009"),
        ("RUSH_MONTHS", 5, "PAY-006"),
        ("RUSH_MONTHS", 7, "PAY-006"),
        ("RUSH_TIMES", 2, "PAY-006"),
        ("RUSH_SHARE", 5, "PAY-006"),
        ("RUSH_FROM", "12-15", "PAY-006"),
        ("RUSH_FROM", "12-17", "PAY-006"),
        ("TOLERANCE", 0, "BOOK-003"),
        ("TOLERANCE", 2, "BOOK-003"),
        ("UNKNOWN_DAYS", 9, "BOOK-005"),
        ("UNKNOWN_DAYS", 11, "BOOK-005"),
        ("UNDER_DAYS", 179, "PROC-002"),
        ("UNDER_DAYS", 181, "PROC-002"),
        ("UNDER_COUNT", 2, "PROC-002"),
        ("UNDER_COUNT", 4, "PROC-002"),
        ("UNDER_PERCENT", 94, "PROC-002"),
        ("UNDER_PERCENT", 96, "PROC-002"),
        ("THRESHOLD", 20_000_001, "PROC-002"),
    ],
)
def test_another_threshold_shows(
    oracle: Oracle, name: str, value: object, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = demo_oracle_payments if hasattr(demo_oracle_payments, name) else demo_oracle_bookings
    monkeypatch.setattr(module, name, value)
    assert rule in wrong(oracle)
