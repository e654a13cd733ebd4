"""Rules on invoices and receptions that forget a clause are wrong in the demo district."""

from collections.abc import Callable
from typing import Any

import pytest

import demo_oracle_invoices
import demo_oracle_receptions
from demo_oracle import Oracle, Record, Voucher
from demo_worlds import lived
from huiyan.demo.district import Options

OPTIONS = Options(accounts=220)
FAMILIES = [demo_oracle_invoices.judge, demo_oracle_receptions.judge]


class ReversedAreLive(Oracle):
    """Forgets reversals."""

    def _vouchers(self) -> dict[str, Voucher]:
        found = super()._vouchers()
        for voucher in found.values():
            voucher.is_live = True
        return found


def _changed(change: Callable[[Record], dict[str, Any]]) -> type[Oracle]:
    """An oracle that sees attachments changed."""

    class Changed(Oracle):
        def __init__(self, day: str, feeds: dict[str, list[Record]], *rest: Any) -> None:
            papers = [{**each, **change(each)} for each in feeds["finance_attachments"]]
            super().__init__(day, {**feeds, "finance_attachments": papers}, *rest)

    return Changed


class FirstPosting(Oracle):
    """Takes the first entry's posting date for the voucher's."""

    def _vouchers(self) -> dict[str, Voucher]:
        found = super()._vouchers()
        for voucher in found.values():
            first = voucher.entries[0]["poster_date"]
            voucher.entries = [{**entry, "poster_date": first} for entry in voucher.entries]
        return found


class AnyDebitIsExpense(Oracle):
    """Takes advances and assets for expenses."""

    def _vouchers(self) -> dict[str, Voucher]:
        found = super()._vouchers()
        for voucher in found.values():
            voucher.entries = [
                {**entry, "gov_acct_cls_code": "5001"}
                if entry["gov_acct_cls_code"].startswith(("1218", "1601")) and entry["dr_cr"] == "D"
                else entry
                for entry in voucher.entries
            ]
        return found


class OldBooks(Oracle):
    """Compares every quarter, however young the books are."""

    def _vouchers(self) -> dict[str, Voucher]:
        found = super()._vouchers()
        for voucher in list(found.values()):
            entry = {**voucher.entries[0], "fiscal_year": 2000}
            old = f"{voucher.agency}/old"
            found[old] = Voucher(old, voucher.agency, [entry], [], is_live=False)
        return found


def _any_seller_code(paper: Record) -> dict[str, Any]:
    return {"invoice_code": None} if paper["invoice_code"] else {}


CARELESS: list[tuple[str, type[Oracle], set[str]]] = [
    (
        "reversed are live",
        ReversedAreLive,
        {
            "INV-003",
            "INV-004",
            "INV-006",
            "INV-007",
            "INV-008",
            "REC-003",
            "REC-004",
            "REC-005",
            "REC-006",
            "REC-007",
            "REC-008",
            "REC-010",
            "REC-011",
        },
    ),
    (
        "unchecked is failed",
        _changed(lambda p: {"check_result": "voided"} if p["check_result"] == "unchecked" else {}),
        {"INV-003"},
    ),
    ("first posting date", FirstPosting, {"INV-004"}),
    ("any code of a seller", _changed(_any_seller_code), {"INV-006"}),
    ("any seller", _changed(lambda p: {"seller_name": "某商行"}), {"INV-006"}),
    ("unknown amounts are 0", _changed(lambda p: {"amount": p["amount"] or 0}), {"INV-008"}),
    ("any debit is expense", AnyDebitIsExpense, {"INV-008", "REC-004", "REC-007", "REC-010"}),
    (
        "unknown people are 0",
        _changed(
            lambda p: {
                "visitors_num": p["visitors_num"] or 0,
                "companions_num": p["companions_num"] or 0,
            }
        ),
        {"REC-004"},
    ),
    (
        "letters by number",
        _changed(lambda p: {"visit_unit": p["visit_unit"] and "某局"}),
        {"REC-005"},
    ),
    (
        "letter date is visit date",
        _changed(lambda p: {"visit_date": p["visit_date"] or p["document_date"]}),
        {"REC-008"},
    ),
]
CONSTANTS: list[tuple[Any, str, object, set[str]]] = [
    (demo_oracle_invoices, "FAILED", ("mismatch",), {"INV-003"}),
    (demo_oracle_invoices, "STALE", 179, {"INV-007"}),
    (demo_oracle_invoices, "STALE", 181, {"INV-007"}),
    (demo_oracle_invoices, "WITHOUT_INVOICE", ("30211",), {"INV-008"}),
    (demo_oracle_invoices, "WITHOUT_INVOICE", ("301", "303", "30226"), {"INV-008"}),
    (demo_oracle_invoices, "RUN", 2, {"INV-006"}),
    (demo_oracle_invoices, "RUN", 4, {"INV-006"}),
    (demo_oracle_invoices, "RUN_DAYS", 89, {"INV-006"}),
    (demo_oracle_invoices, "RUN_DAYS", 91, {"INV-006"}),
    (demo_oracle_invoices, "CATERERS", ("酒店",), {"REC-010"}),
    (demo_oracle_invoices, "DISGUISES", {"30201", "30202", "30203", "30299", "30215"}, {"REC-010"}),
    (demo_oracle_receptions, "STANDARD", 149_99, {"REC-004"}),
    (demo_oracle_receptions, "STANDARD", 150_01, {"REC-004"}),
    (demo_oracle_receptions, "SAME_VISIT", 6, {"REC-005"}),
    (demo_oracle_receptions, "SAME_VISIT", 8, {"REC-005"}),
    (demo_oracle_receptions, "SPIKE", 4999_99, {"REC-011"}),
    (demo_oracle_receptions, "SPIKE", 5000_01, {"REC-011"}),
    (demo_oracle_receptions, "TIMES", 2, {"REC-011"}),
    (demo_oracle_receptions, "is_workday", lambda day: day.weekday() < 5, {"REC-008"}),
]


def _wrong(hits: dict[str, set[str]]) -> set[str]:
    truth = lived(OPTIONS).world.truth
    return {rule for rule, found in hits.items() if found != truth.planted(rule)}


@pytest.mark.parametrize(
    ("name", "oracle", "rules"), CARELESS, ids=[name for name, _, _ in CARELESS]
)
def test_forgetting_a_clause_shows(name: str, oracle: type[Oracle], rules: set[str]) -> None:
    assert _wrong(lived(OPTIONS).judge_by(FAMILIES, OPTIONS.last, oracle)) >= rules, name


@pytest.mark.parametrize(
    ("module", "name", "value", "rules"),
    CONSTANTS,
    ids=[f"{name} {place}" for place, (_, name, _, _) in enumerate(CONSTANTS)],
)
def test_another_constant_shows(
    module: Any, name: str, value: object, rules: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, value)
    assert _wrong(lived(OPTIONS).judge_by(FAMILIES, OPTIONS.last)) >= rules


def test_books_that_begin_late_are_not_compared() -> None:
    assert "REC-011" in _wrong(lived(OPTIONS).judge_by(FAMILIES, OPTIONS.last, OldBooks))
