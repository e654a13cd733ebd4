"""Ordinary life is varied enough: rules that forget a clause are wrong in the demo district."""

import re
from typing import Any

import pytest

import demo_oracle
from demo_oracle import Oracle, Record, Voucher
from demo_worlds import lived
from huiyan.demo.district import Options

OPTIONS = Options(accounts=220)


class ReversedAreLive(Oracle):
    """Forgets reversals."""

    def _vouchers(self) -> dict[str, Voucher]:
        found = super()._vouchers()
        for voucher in found.values():
            voucher.is_live = True
        return found


class EveryPaymentIsLive(Oracle):
    """Forgets returned and void payments."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.payments = self.feeds["treasury_payments"]


class NoGrace(Oracle):
    """Forgets the days of grace."""

    def _out_of_grace(self, voucher: Voucher) -> bool:
        return True


class NoRefunds(Oracle):
    """Forgets refunds."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.feeds["card_transactions"] = [
            each for each in self.feeds["card_transactions"] if each["txn_type"] != "refund"
        ]


class AnyKindOfSwipe(Oracle):
    """Takes fees and cash advances for purchases."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.feeds["card_transactions"] = [
            {**each, "txn_type": "purchase"} if each["txn_type"] == "fee" else each
            for each in self.feeds["card_transactions"]
        ]


class FirstPosting(Oracle):
    """Takes some entry's posting date for the voucher's."""

    def booked_late(self) -> set[str]:
        return {
            v.subject
            for v in self.live
            if demo_oracle.days(v.entries[0]["poster_date"], v.event) > demo_oracle.LATE
        }


class NoNames(Oracle):
    """Knows units by the present name on the finance platform only."""

    def _known_names_and_codes(self) -> Any:
        _, codes = super()._known_names_and_codes()
        names: dict[str, set[str]] = {}
        for user in self.feeds["finance_users"]:
            names[user["agency_code"]] = {demo_oracle.normalised(user["agency_name"])}
        return names, codes


class NoKeepers(Oracle):
    """Forgets that a centre may keep the books."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.keepers = {}


class NothingWaits(Oracle):
    """Does not wait for the review of doubtful pairs."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.waiting = set()


class PresentAccounts(Oracle):
    """Knows only the accounts of the last snapshot."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.account_numbers = set(self.accounts)


class ProcurementForgotten(Oracle):
    """Adds up procured payments too."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.payments = [
            {**each, "pur_met_code": None, "gov_procurement_id": None} for each in self.payments
        ]


class AnyCode(Oracle):
    """Adds up payments of different codes."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.payments = [{**each, "dep_exp_eco_code": "302"} for each in self.payments]


class AnyUse(Oracle):
    """Takes every second use of an invoice for a double booking."""

    def booked_twice(self) -> set[str]:
        for voucher in self.live:
            for paper in self._invoices(voucher):
                paper["amount"] = None
        return super().booked_twice()


class CodelessNumbers(Oracle):
    """Knows invoices by number, whatever the code."""

    def booked_twice(self) -> set[str]:
        for voucher in self.live:
            for paper in self._invoices(voucher):
                paper["invoice_code"] = None
        return super().booked_twice()


class NamesContained(Oracle):
    """Strips any district's name, so that a neighbour's bureau is ours."""

    def off_register(self) -> set[str]:
        def bare(name: str) -> str:
            return re.sub(r"^.{1,3}区", "", demo_oracle.normalised(name))

        supervised = {bare(user["agency_name"]) for user in self.feeds["finance_users"]}
        return {
            payment["payee_acct_no"]
            for payment in self.payments
            if bare(payment["payee_acct_name"]) in supervised
            and payment["payee_acct_no"] not in self.account_numbers
        }


class OwnAccountsOfAnyKind(Oracle):
    """Takes canteen and union accounts for basic accounts."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for account in self.accounts.values():
            if account["account_kind"] in ("canteen", "union"):
                account["account_kind"] = "basic"


class BudgetEntriesToo(Oracle):
    """Takes any debit with the code of receptions for an expense."""

    def receptions_without(self, kind: str) -> set[str]:
        return {
            v.subject
            for v in self.live
            if any((e["dep_bgt_eco_code"] or "").startswith("30217") for e in v.entries)
            and not v.has(kind)
            and self._out_of_grace(v)
        }


class ExactCode(Oracle):
    """Compares codes for equality."""

    def receptions_without(self, kind: str) -> set[str]:
        found = super().receptions_without(kind)
        return {
            subject
            for subject in found
            if any(e["dep_bgt_eco_code"] == "30217" for e in self.vouchers[subject].entries)
        }


class UnitsThatNeverName(Oracle):
    """Expects every unit to fill in the payment's number."""

    def not_booked(self) -> set[str]:
        named = {
            entry["pay_voucher_no"]
            for voucher in self.live
            for entry in voucher.entries
            if entry["pay_voucher_no"]
        }
        return {
            p["voucher_no"]
            for p in self.payments
            if p["x_pay_date"]
            and demo_oracle.days(self.day, p["x_pay_date"]) > 30
            and p["voucher_no"] not in named
        }


class OldLeases(Oracle):
    """Forgets that a lease ends."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.feeds["leases"] = [{**each, "ends_on": "2999-12-31"} for each in self.feeds["leases"]]


class Reads4605Only(Oracle):
    """Forgets that rent may go to the treasury through 2103."""

    def rent_without_income(self) -> set[str]:
        def plain(entry: Record) -> Record:
            is_2103 = entry["gov_acct_cls_code"].startswith("2103")
            return {**entry, "gov_acct_cls_code": "2307"} if is_2103 else entry

        for voucher in self.live:
            voucher.entries = [plain(entry) for entry in voucher.entries]
        return super().rent_without_income()


CARELESS: list[tuple[type[Oracle], set[str]]] = [
    (
        ReversedAreLive,
        {
            "VOU-001",
            "ATT-001",
            "ATT-002",
            "INV-001",
            "INV-002",
            "INV-005",
            "REC-001",
            "REC-002",
            "BOOK-002",
            "SCF-004",
        },
    ),
    (EveryPaymentIsLive, {"PAY-001", "BOOK-001", "BOOK-002", "SCF-001", "PROC-001"}),
    (NoGrace, {"ATT-001", "ATT-002", "REC-001", "REC-002"}),
    (NoRefunds, {"CARD-001"}),
    (AnyKindOfSwipe, {"CARD-001"}),
    (FirstPosting, {"VOU-001"}),
    (NoNames, {"INV-002"}),
    (NoKeepers, {"BOOK-001"}),
    (NothingWaits, {"BOOK-001"}),
    (PresentAccounts, {"SCF-001"}),
    (ProcurementForgotten, {"PROC-001"}),
    (AnyCode, {"PROC-001"}),
    (AnyUse, {"INV-005"}),
    (CodelessNumbers, {"INV-005"}),
    (NamesContained, {"SCF-001"}),
    (OwnAccountsOfAnyKind, {"PAY-001"}),
    (BudgetEntriesToo, {"REC-001", "REC-002"}),
    (ExactCode, {"REC-002"}),
    (UnitsThatNeverName, {"BOOK-002"}),
    (OldLeases, {"SCF-004"}),
    (Reads4605Only, {"SCF-004"}),
]
CONSTANTS: list[tuple[str, object, set[str]]] = [
    ("LATE", 29, {"VOU-001"}),
    ("LATE", 31, {"VOU-001"}),
    ("GRACE", 4, {"ATT-001", "ATT-002"}),
    ("GRACE", 2, {"ATT-001", "ATT-002", "REC-001", "REC-002"}),
    ("SILENT", 89, {"BOOK-001"}),
    ("SILENT", 91, {"BOOK-001"}),
    ("NONCASH", ("9",), {"ATT-001"}),
    ("NONCASH", ("1602",), {"ATT-001"}),
    ("THRESHOLD", 19_999_999, {"PROC-001"}),
    ("THRESHOLD", 20_000_001, {"PROC-001"}),
    ("OWN_NAMES", (), {"SCF-001"}),
]


def _wrong(hits: dict[str, set[str]]) -> set[str]:
    truth = lived(OPTIONS).world.truth
    return {rule for rule, found in hits.items() if found != truth.planted(rule)}


@pytest.mark.parametrize(
    ("oracle", "rules"), CARELESS, ids=lambda each: getattr(each, "__name__", "")
)
def test_forgetting_a_clause_shows(oracle: type[Oracle], rules: set[str]) -> None:
    assert _wrong(lived(OPTIONS).judge(OPTIONS.last, oracle, ())) >= rules


@pytest.mark.parametrize(
    ("name", "value", "rules"),
    CONSTANTS,
    ids=lambda each: " ".join(sorted(each)) if isinstance(each, set) else str(each),
)
def test_another_threshold_shows(
    name: str, value: object, rules: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_oracle, name, value)
    assert _wrong(lived(OPTIONS).judge(OPTIONS.last, families=())) >= rules
