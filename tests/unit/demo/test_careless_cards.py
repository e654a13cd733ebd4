"""Card and expense rules that forget a clause are wrong in the demo district."""

from typing import Any

import pytest

import demo_oracle_cards
import demo_oracle_expenses
from demo_oracle import Oracle, Record, Voucher
from demo_oracle_cards import Cards
from demo_worlds import lived
from huiyan.demo.district import Options

OPTIONS = Options(accounts=220)
FAMILIES = [demo_oracle_cards.judge, demo_oracle_expenses.judge]
OWN = ("CARD-", "EXP-")


def _wrong(oracle: type[Oracle] = Oracle) -> set[str]:
    life = lived(OPTIONS)
    hits = life.judge_by(FAMILIES, OPTIONS.last, oracle)
    return {
        rule
        for rule, found in hits.items()
        if rule.startswith(OWN) and found != life.world.truth.planted(rule)
    }


class NoRefunds(Oracle):
    """Forgets refunds."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.feeds["card_transactions"] = [
            each for each in self.feeds["card_transactions"] if each["txn_type"] != "refund"
        ]


class AnyCurrency(Oracle):
    """Takes every amount for yuan."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.feeds["card_transactions"] = [
            {**each, "currency": "CNY"} for each in self.feeds["card_transactions"]
        ]


class ReversedAreLive(Oracle):
    """Forgets reversals."""

    def _vouchers(self) -> dict[str, Voucher]:
        found = super()._vouchers()
        for voucher in found.values():
            voucher.is_live = True
        return found


class EveryDebitIsExpense(Oracle):
    """Counts the parallel budget entries as expenses too."""

    def _vouchers(self) -> dict[str, Voucher]:
        def twice(entry: Record) -> Record:
            is_budget = entry["gov_acct_cls_code"][0] == "7"
            return {**entry, "gov_acct_cls_code": "5001"} if is_budget else entry

        found = super()._vouchers()
        for voucher in found.values():
            voucher.entries = [twice(entry) for entry in voucher.entries]
        return found


@pytest.mark.parametrize(
    ("oracle", "rules"),
    [
        (
            NoRefunds,
            {
                "CARD-002",
                "CARD-003",
                "CARD-005",
                "CARD-009",
                "CARD-010",
                "CARD-011",
                "CARD-012",
            },
        ),
        (AnyCurrency, {"CARD-007"}),
        (
            ReversedAreLive,
            {"CARD-005", "CARD-006", "CARD-008", "CARD-012", "EXP-001", "EXP-002", "EXP-005"},
        ),
        (EveryDebitIsExpense, {"CARD-007", "EXP-002", "EXP-005"}),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_forgetting_a_clause_shows(oracle: type[Oracle], rules: set[str]) -> None:
    assert _wrong(oracle) >= rules


def _claims_of_any_kind(cards: Cards) -> set[str]:
    return {
        each["txn_no"]
        for each in cards.live
        if cards.oracle.day > each["txn_at"] and not cards.claims[each["txn_no"]]
    }


def _cities_as_written(cards: Cards) -> set[str]:
    for each in cards.live:
        each["merchant_city"] = each["merchant_city"] and each["merchant_city"] + "·"
    return cards.two_cities()


def _weekends(cards: Cards) -> set[str]:
    return {
        each["txn_no"]
        for each in cards.live
        if each["mcc"] in demo_oracle_cards.DINING
        and demo_oracle_cards.datetime.fromisoformat(each["txn_at"]).weekday() >= 5
    }


@pytest.mark.parametrize(
    ("rule", "careless"),
    [
        ("CARD-005", _claims_of_any_kind),
        ("CARD-010", _cities_as_written),
        ("CARD-002", _weekends),
    ],
    ids=["claims at once", "cities as written", "weekends"],
)
def test_another_reading_shows(rule: str, careless: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(demo_oracle_cards.RULES, rule, careless)
    assert rule in _wrong()


@pytest.mark.parametrize(
    ("module", "name", "value", "rules"),
    [
        (demo_oracle_cards, "NIGHT_FROM", 22, {"CARD-002"}),
        (demo_oracle_cards, "NIGHT_FROM", 24, {"CARD-002"}),
        (demo_oracle_cards, "NIGHT_TO", 5, {"CARD-002"}),
        (demo_oracle_cards, "NIGHT_TO", 7, {"CARD-002"}),
        (demo_oracle_cards, "TRAVEL", set(), {"CARD-002"}),
        (demo_oracle_cards, "SINGLE_LIMIT", 4999_99, {"CARD-003"}),
        (demo_oracle_cards, "SINGLE_LIMIT", 5000_01, {"CARD-003"}),
        (demo_oracle_cards, "UNCLAIMED_DAYS", 59, {"CARD-005"}),
        (demo_oracle_cards, "UNCLAIMED_DAYS", 61, {"CARD-005"}),
        (demo_oracle_cards, "NAMING_DAYS", 364, {"CARD-005"}),
        (demo_oracle_cards, "NAMING_DAYS", 366, {"CARD-005"}),
        (demo_oracle_cards, "CASH_FROM", 199_99, {"CARD-008"}),
        (demo_oracle_cards, "CASH_FROM", 200_01, {"CARD-008"}),
        (demo_oracle_cards, "CASH_BELOW", 1000_01, {"CARD-008"}),
        (demo_oracle_cards, "CASH_BELOW", 999_99, {"CARD-008"}),
        (demo_oracle_cards, "ONLINE", set(), {"CARD-010"}),
        (demo_oracle_cards, "CITY_SECONDS", 3601, {"CARD-010"}),
        (demo_oracle_cards, "CITY_SECONDS", 3540, {"CARD-010"}),
        (demo_oracle_cards, "AGAIN_DAYS", 29, {"CARD-011"}),
        (demo_oracle_cards, "AGAIN_DAYS", 31, {"CARD-011"}),
        (demo_oracle_cards, "AGAIN_COUNT", 4, {"CARD-011"}),
        (demo_oracle_cards, "AGAIN_AMOUNT", 2999_99, {"CARD-011"}),
        (demo_oracle_cards, "REFUND_DAYS", 29, {"CARD-012"}),
        (demo_oracle_cards, "REFUND_DAYS", 31, {"CARD-012"}),
        (demo_oracle_expenses, "SEASON_DAYS", 14, {"EXP-001"}),
        (demo_oracle_expenses, "SEASON_DAYS", 16, {"EXP-001"}),
        (demo_oracle_expenses, "ASSET_FROM", 4999_99, {"EXP-005"}),
        (demo_oracle_expenses, "ASSET_FROM", 5000_01, {"EXP-005"}),
        (demo_oracle_expenses, "REPAIRS", (), {"EXP-005"}),
        (demo_oracle_expenses, "THREE", ("30217",), {"EXP-002"}),
    ],
    ids=lambda each: str(each) if isinstance(each, str | int) else "",
)
def test_another_threshold_shows(
    module: Any, name: str, value: object, rules: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, value)
    assert _wrong() == rules
