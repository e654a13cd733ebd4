"""Rules on vouchers and attachments that forget a clause are wrong in the demo district."""

from collections import defaultdict
from collections.abc import Callable
from functools import cache

import pytest

import demo_oracle_vouchers as careful
from demo_oracle import Hits, Oracle, Voucher, days
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


class NoGrace(Oracle):
    """Forgets the days of grace."""

    def _out_of_grace(self, voucher: Voucher) -> bool:
        return True


@cache
def knowing(kind: type[Oracle] = Oracle) -> Oracle:
    """What an oracle, or a careless one, knows on the last business date."""
    kept: list[Oracle] = []

    class Kept(kind):  # type: ignore[misc, valid-type]
        def judge(self) -> Hits:
            kept.append(self)
            return {}

    lived(OPTIONS).judge(OPTIONS.last, Kept)
    return kept[0]


def gaps_among_live(oracle: Oracle) -> set[str]:
    """Takes a reversed voucher for a missing one."""
    everything, oracle.vouchers = oracle.vouchers, {v.subject: v for v in oracle.live}
    try:
        return number_gaps(oracle)
    finally:
        oracle.vouchers = everything


def gaps_within_periods(oracle: Oracle) -> set[str]:
    """Takes every series to begin at 1 in each period."""
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for voucher in oracle.vouchers.values():
        period, _, number = voucher.subject.rpartition("/")
        if period < f"{voucher.entries[0]['acct_set_code']}/{oracle.day[:4]}/{oracle.day[5:7]}":
            numbers[period, number[0]].add(int(number[1:]))
    return {period for (period, _), own in numbers.items() if max(own) > len(own)}


def gaps_of_all_words(oracle: Oracle) -> set[str]:
    """Takes all words for one series."""
    for voucher in oracle.vouchers.values():
        for entry in voucher.entries:
            entry["voucher_no"], entry["kept"] = "记" + entry["voucher_no"][1:], entry["voucher_no"]
    try:
        return number_gaps(oracle)
    finally:
        for voucher in oracle.vouchers.values():
            for entry in voucher.entries:
                entry["voucher_no"] = entry.pop("kept")


def never_settled(oracle: Oracle) -> set[str]:
    """Counts from the first advance, whatever was paid back since."""
    balances: dict[str, int] = defaultdict(int)
    first: dict[str, str] = {}
    for voucher in oracle.live:
        for entry in voucher.entries:
            account, party = entry["gov_acct_cls_code"][:4], entry["fund_tra_obj_name"]
            if account in ("1214", "1218") and party:
                subject = f"{entry['acct_set_code']}:{account}:{party}"
                balances[subject] += entry["amt"] if entry["dr_cr"] == "D" else -entry["amt"]
                first[subject] = min(first.get(subject, "9"), entry["voucher_date"])
    return {
        subject
        for subject, balance in balances.items()
        if balance > 0 and days(oracle.day, first[subject]) > careful.OUTSTANDING
    }


def cash_of_anyone(oracle: Oracle) -> set[str]:
    """Forgets that villages have no cards."""
    return {
        v.subject
        for v in oracle.live
        if any(e["set_mode_code"] == "1" and e["amt"] >= 1000_00 for e in v.expense_entries)
    }


def cash_added_up(oracle: Oracle) -> set[str]:
    """Adds up the cash of a voucher."""
    return {
        v.subject
        for v in oracle.live
        if v.agency in oracle.treasury_of
        and sum(e["amt"] for e in v.expense_entries if e["set_mode_code"] == "1") >= 1000_00
    }


def is_vague_somewhere(voucher: Voucher) -> bool:
    """Takes one vague entry for a vague voucher."""
    words = [entry["vou_det_desc"] for entry in voucher.expense_entries]
    return voucher.expense >= careful.LARGE and any(
        len(w) <= careful.SHORT or w in careful.VAGUE for w in words
    )


def balances_altogether(voucher: Voucher) -> bool:
    """Adds both kinds of accounting up."""
    return not sum(e["amt"] if e["dr_cr"] == "D" else -e["amt"] for e in voucher.entries)


def lacks_papers_of_any_entry(oracle: Oracle, voucher: Voucher) -> bool:
    """Takes budget entries for expenses."""
    codes = {entry["dep_bgt_eco_code"] or "" for entry in voucher.entries}
    return any(
        code.startswith(wanted) and not all(voucher.has(kind) for kind in kinds)
        for code in codes
        for wanted, kinds in careful.REQUIRED.items()
        if voucher.attachments
    )


def any_file(oracle: Oracle) -> set[str]:
    """Takes a contract for a list."""
    holders: dict[str, set[str]] = defaultdict(set)
    for voucher in oracle.live:
        for paper in voucher.attachments:
            holders[paper["file_sha256"].lower()].add(voucher.subject)
    return {sha for sha, vouchers in holders.items() if len(vouchers) > 1}


def last_is_afterwards(voucher: Voucher) -> bool:
    """Takes the latest approval for the first."""
    dates = [
        paper["document_date"]
        for paper in voucher.attachments
        if paper["attachment_type"] in careful.BEFOREHAND and paper["document_date"]
    ]
    return bool(dates) and max(dates) > voucher.event


number_gaps = careful.number_gaps
FORGETFUL: list[tuple[type[Oracle], set[str]]] = [
    (
        ReversedAreLive,
        {
            "VOU-002",
            "VOU-004",
            "VOU-005",
            "VOU-006",
            "VOU-008",
            "VOU-009",
            "ATT-003",
            "ATT-004",
            "ATT-005",
        },
    ),
    (NoGrace, {"ATT-003"}),
]
CARELESS: list[tuple[str, Callable[..., object], str]] = [
    ("number_gaps", gaps_among_live, "VOU-003"),
    ("number_gaps", gaps_within_periods, "VOU-003"),
    ("number_gaps", gaps_of_all_words, "VOU-003"),
    ("balances", balances_altogether, "VOU-004"),
    ("is_vague", is_vague_somewhere, "VOU-005"),
    ("outstanding_advances", never_settled, "VOU-006"),
    ("are_told_apart", lambda *_: False, "VOU-008"),
    ("large_cash", cash_of_anyone, "VOU-009"),
    ("large_cash", cash_added_up, "VOU-009"),
    ("lacks_papers", lacks_papers_of_any_entry, "ATT-003"),
    ("shared_files", any_file, "ATT-004"),
    ("is_approved_afterwards", last_is_afterwards, "ATT-005"),
]
CONSTANTS: list[tuple[str, object, str]] = [
    ("SETTLING", -3, "VOU-003"),
    ("SETTLING", 28, "VOU-003"),
    ("LARGE", 999_999, "VOU-005"),
    ("LARGE", 1_000_001, "VOU-005"),
    ("SHORT", 1, "VOU-005"),
    ("SHORT", 3, "VOU-005"),
    ("OUTSTANDING", 179, "VOU-006"),
    ("OUTSTANDING", 181, "VOU-006"),
    ("ALIKE", 499_99, "VOU-008"),
    ("ALIKE", 500_01, "VOU-008"),
    ("NEAR", 6, "VOU-008"),
    ("NEAR", 8, "VOU-008"),
    ("LARGE_CASH", 999_99, "VOU-009"),
    ("LARGE_CASH", 1000_01, "VOU-009"),
    ("OF_ONE_VOUCHER", {"payroll"}, "ATT-004"),
    ("BEFOREHAND", {*careful.BEFOREHAND, "approval"}, "ATT-005"),
    ("BEFOREHAND", {"travel_approval"}, "ATT-005"),
]


def _wrong(oracle: Oracle) -> set[str]:
    truth = lived(OPTIONS).world.truth
    return {rule for rule, found in careful.judge(oracle).items() if found != truth.planted(rule)}


@pytest.mark.parametrize(
    ("kind", "rules"), FORGETFUL, ids=lambda each: getattr(each, "__name__", "")
)
def test_forgetting_a_clause_shows(kind: type[Oracle], rules: set[str]) -> None:
    assert _wrong(knowing(kind)) == rules


@pytest.mark.parametrize(
    ("name", "function", "rule"), CARELESS, ids=lambda each: getattr(each, "__name__", str(each))
)
def test_reading_a_clause_otherwise_shows(
    name: str, function: Callable[..., object], rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(careful, name, function)
    assert _wrong(knowing()) == {rule}


@pytest.mark.parametrize(("name", "value", "rule"), CONSTANTS)
def test_another_threshold_shows(
    name: str, value: object, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(careful, name, value)
    assert _wrong(knowing()) == {rule}
