"""The further rules on coffers: one that forgets a clause is wrong in the demo district."""

from typing import Any

import pytest

import demo_oracle_coffers
from demo_oracle import Oracle, Voucher
from demo_worlds import lived
from huiyan.demo.district import Options

OPTIONS = Options(accounts=220)
FAMILIES = [demo_oracle_coffers.judge]


class ReversedAreLive(Oracle):
    """Forgets reversals."""

    def _vouchers(self) -> dict[str, Voucher]:
        found = super()._vouchers()
        for voucher in found.values():
            voucher.is_live = True
        return found


class NoGrace(Oracle):
    """Forgets the days of grace."""

    def _out_of_grace(self, voucher: Voucher) -> bool:
        return True


class EveryPaymentIsLive(Oracle):
    """Forgets returned and void payments."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.payments = self.feeds["treasury_payments"]


class AnyCode(Oracle):
    """Forgets that union dues and welfare may go there."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.payments = [{**each, "dep_exp_eco_code": "30299"} for each in self.payments]


class AnyOwner(Oracle):
    """Takes any unit's account for its own."""

    def _owner(self, account: str) -> str | None:
        paying = {each["agency_code"] for each in self.payments if each["payee_acct_no"] == account}
        return demo_oracle_coffers.unit_of(self, min(paying)) if paying else None


class PayeesOnly(Oracle):
    """Looks at the accounts paid to, not at those paid from."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.payments = [{**each, "pay_acct_no": "-"} for each in self.payments]


class NamesOnly(Oracle):
    """Knows the units that are paid by the payee's name only."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.accounts = {}


class AnySummary(Oracle):
    """Reads every entry's summary."""

    def _vouchers(self) -> dict[str, Voucher]:
        found = super()._vouchers()
        for voucher in found.values():
            summaries = "".join(entry["vou_det_desc"] for entry in voucher.entries)
            for entry in voucher.expense_entries:
                entry["vou_det_desc"] = summaries
        return found


CARELESS: list[tuple[type[Oracle], set[str]]] = [
    (ReversedAreLive, {"SCF-005", "SCF-006"}),
    (NoGrace, {"SCF-005"}),
    (EveryPaymentIsLive, {"SCF-002", "SCF-003", "SCF-006", "SCF-007"}),
    (AnyCode, {"SCF-002"}),
    (AnyOwner, {"SCF-002"}),
    (PayeesOnly, {"SCF-007"}),
    (NamesOnly, {"SCF-002"}),
    (AnySummary, {"SCF-006"}),
]
CONSTANTS: list[tuple[str, object, set[str]]] = [
    ("CANTEEN_MONEY", 49_999_99, {"SCF-002"}),
    ("CANTEEN_MONEY", 50_000_01, {"SCF-002"}),
    ("CANTEEN_DAYS", 364, {"SCF-002"}),
    ("CANTEEN_DAYS", 366, {"SCF-002"}),
    ("BACK_MONEY", 9_999_99, {"SCF-003"}),
    ("BACK_MONEY", 10_000_01, {"SCF-003"}),
    ("BACK_DAYS", 59, {"SCF-003"}),
    ("BACK_DAYS", 61, {"SCF-003"}),
    ("BACK_PERCENT", 4, {"SCF-003"}),
    ("BACK_PERCENT", 6, {"SCF-003"}),
    ("SHARED_DAYS", 89, {"SCF-005"}),
    ("SHARED_DAYS", 91, {"SCF-005"}),
    ("SHARED_UNITS", 2, {"SCF-005"}),
    ("SHARED_UNITS", 4, {"SCF-005"}),
    ("SHARED_MONEY", 3000_01, {"SCF-005"}),
    ("SHARED_MONEY", 2000_00, {"SCF-005"}),
    ("ROUND", 500_00, {"SCF-005"}),
    ("PROOFS", ("attendee_list", "training_notice"), {"SCF-005"}),
    ("PROOFS", ("attendee_list", "payroll"), {"SCF-005"}),
    ("PROOFS", ("training_notice", "payroll"), {"SCF-005"}),
    ("SHARED_CODES", ("302",), {"SCF-005"}),
    ("SHARED_CODES", ("30227",), {"SCF-005"}),
    ("CARD_MONEY", 999_99, {"SCF-006"}),
    ("CARD_MONEY", 1000_01, {"SCF-006"}),
    ("CARD_WORDS", ("卡",), {"SCF-006"}),
    ("SLEEP_DAYS", 364, {"SCF-007"}),
    ("SLEEP_DAYS", 366, {"SCF-007"}),
    ("SLEEP_MONEY", 9_999_99, {"SCF-007"}),
    ("SLEEP_MONEY", 10_000_01, {"SCF-007"}),
]


def _wrong(found: dict[str, set[str]]) -> set[str]:
    truth = lived(OPTIONS).world.truth
    return {rule for rule, hits in found.items() if hits != truth.planted(rule)}


@pytest.mark.parametrize(
    ("oracle", "rules"), CARELESS, ids=lambda each: getattr(each, "__name__", "")
)
def test_forgetting_a_clause_shows(oracle: type[Oracle], rules: set[str]) -> None:
    assert _wrong(lived(OPTIONS).judge_by(FAMILIES, OPTIONS.last, oracle)) >= rules


@pytest.mark.parametrize(
    ("name", "value", "rules"),
    CONSTANTS,
    ids=lambda each: " ".join(sorted(each)) if isinstance(each, set) else str(each),
)
def test_another_threshold_shows(
    name: str, value: object, rules: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_oracle_coffers, name, value)
    assert _wrong(lived(OPTIONS).judge_by(FAMILIES, OPTIONS.last)) >= rules
