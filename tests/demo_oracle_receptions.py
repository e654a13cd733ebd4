"""REC-003 to REC-008 and REC-011 in plain Python: see demo_oracle."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from demo_oracle import Hits, Oracle, Record, Voucher, days, normalised
from huiyan.workdays import is_workday

STANDARD = 150_00
SAME_VISIT = 7
SPIKE, TIMES = 5000_00, 3


def judge(oracle: Oracle) -> Hits:
    """Open hits of these rules."""
    return {
        "REC-003": too_many_companions(oracle),
        "REC-004": over_standard(oracle),
        "REC-005": letters_again(oracle),
        "REC-006": letters_after_visit(oracle),
        "REC-007": in_cash(oracle),
        "REC-008": on_days_off(oracle),
        "REC-011": spikes(oracle),
    }


def _papers(oracle: Oracle, *kinds: str) -> Iterator[tuple[Voucher, Record]]:
    for voucher in oracle.live:
        for paper in voucher.attachments:
            if paper["attachment_type"] in kinds:
                yield voucher, paper


def receptions(voucher: Voucher) -> list[Record]:
    """The voucher's expense entries for receptions."""
    return [
        entry
        for entry in voucher.expense_entries
        if (entry["dep_bgt_eco_code"] or "").startswith("30217")
    ]


def too_many_companions(oracle: Oracle) -> set[str]:
    """One list names more companions than its visitors allow."""
    hits = set()
    for voucher, paper in _papers(oracle, "reception_list"):
        visitors, companions = paper["visitors_num"], paper["companions_num"]
        if visitors is None or companions is None:
            continue
        allowed = Fraction(3) if visitors <= 10 else Fraction(visitors, 3)
        if companions > allowed:
            hits.add(voucher.subject)
    return hits


def over_standard(oracle: Oracle) -> set[str]:
    """Cost per head of all lists together."""
    people: dict[str, list[int | None]] = defaultdict(list)
    for voucher, paper in _papers(oracle, "reception_list"):
        people[voucher.subject] += [paper["visitors_num"], paper["companions_num"]]
    hits = set()
    for subject, numbers in people.items():
        known = [number for number in numbers if number is not None]
        spent = receptions(oracle.vouchers[subject])
        if len(known) < len(numbers) or sum(known) == 0 or not spent:
            continue
        if Fraction(sum(entry["amt"] for entry in spent), sum(known)) > STANDARD:
            hits.add(subject)
    return hits


def letters_again(oracle: Oracle) -> set[str]:
    """One letter for several units, or for several visits."""
    uses: dict[str, list[Voucher]] = defaultdict(list)
    for voucher, paper in _papers(oracle, "official_letter"):
        if paper["document_no"] and paper["visit_unit"]:
            uses[f"{paper['document_no']}:{normalised(paper['visit_unit'])}"].append(voucher)
    return {
        letter
        for letter, vouchers in uses.items()
        if len({voucher.agency for voucher in vouchers}) > 1
        or days(max(v.event for v in vouchers), min(v.event for v in vouchers)) > SAME_VISIT
    }


def letters_after_visit(oracle: Oracle) -> set[str]:
    """A letter is younger than the visit it announces."""
    return {
        voucher.subject
        for voucher, paper in _papers(oracle, "official_letter")
        if paper["document_date"]
        and paper["visit_date"]
        and paper["document_date"] > paper["visit_date"]
    }


def in_cash(oracle: Oracle) -> set[str]:
    """A reception was paid in cash."""
    return {
        voucher.subject
        for voucher in oracle.live
        if any(entry["set_mode_code"] == "1" for entry in receptions(voucher))
    }


def on_days_off(oracle: Oracle) -> set[str]:
    """Visitors came on a day that is not worked."""
    return {
        voucher.subject
        for voucher, paper in _papers(oracle, "official_letter", "reception_list")
        if paper["visit_date"] and not is_workday(date.fromisoformat(paper["visit_date"]))
    }


def _quarter(voucher: Voucher) -> tuple[int, int]:
    first = voucher.entries[0]
    return first["fiscal_year"], (first["acct_period"] + 2) // 3


def _before(quarter: tuple[int, int]) -> tuple[int, int]:
    year, number = quarter
    return (year, number - 1) if number > 1 else (year - 1, 4)


def spikes(oracle: Oracle) -> set[str]:
    """Receptions of a quarter, compared with the four before it."""
    begun: dict[str, tuple[int, int]] = {}
    for voucher in oracle.vouchers.values():
        begun[voucher.agency] = min(begun.get(voucher.agency, _quarter(voucher)), _quarter(voucher))
    spent: dict[tuple[str, tuple[int, int]], int] = defaultdict(int)
    for voucher in oracle.live:
        for entry in receptions(voucher):
            spent[voucher.agency, _quarter(voucher)] += entry["amt"]
    hits = set()
    for (agency, quarter), fen in spent.items():
        earlier = [_before(quarter)]
        while len(earlier) < 4:
            earlier.append(_before(earlier[-1]))
        total = sum(spent.get((agency, each), 0) for each in earlier)
        if begun[agency] < earlier[-1] and fen >= SPIKE and fen > Fraction(TIMES * total, 4):
            hits.add(f"{agency}:{quarter[0]}-{quarter[1]}")
    return hits
