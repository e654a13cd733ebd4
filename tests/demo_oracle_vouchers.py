"""Further rules on vouchers and their attachments in plain Python: see demo_oracle."""

import re
from calendar import monthrange
from collections import defaultdict
from itertools import combinations

from demo_oracle import Hits, Oracle, Voucher, days

LARGE, SHORT = 10_000_00, 2
VAGUE = {
    "费用",
    "支出",
    "报销",
    "其他",
    "其它",
    "付款",
    "报账",
    "往来",
    "款项",
    "经费",
    "转账",
    "开支",
}
LARGE_CASH = 1000_00
SETTLING, OUTSTANDING = 15, 180
ALIKE, NEAR = 500_00, 7

REQUIRED = {
    "30211": {"travel_approval"},
    "30215": {"meeting_notice", "attendee_list"},
    "30216": {"training_notice", "attendee_list"},
}
OF_ONE_VOUCHER = {"reception_list", "attendee_list", "payroll"}
BEFOREHAND = {"travel_approval", "meeting_notice", "training_notice"}


def judge(oracle: Oracle) -> Hits:
    """Open hits of the rules on vouchers and attachments beyond the first ones."""
    return {
        "VOU-002": {v.subject for v in oracle.live if reviews_itself(v)},
        "VOU-003": number_gaps(oracle),
        "VOU-004": {v.subject for v in oracle.live if not balances(v)},
        "VOU-005": {v.subject for v in oracle.live if is_vague(v)},
        "VOU-006": outstanding_advances(oracle),
        "VOU-008": claimed_twice(oracle),
        "VOU-009": large_cash(oracle),
        "ATT-003": {v.subject for v in oracle.live if lacks_papers(oracle, v)},
        "ATT-004": shared_files(oracle),
        "ATT-005": {v.subject for v in oracle.live if is_approved_afterwards(v)},
    }


def reviews_itself(voucher: Voucher) -> bool:
    """Whether one person prepared and reviewed it."""
    return any(e["auditor"] and e["auditor"] == e["inputer"] for e in voucher.entries)


def balances(voucher: Voucher) -> bool:
    """Whether debits equal credits in financial and in budget accounting."""
    for accounts in ("12345", "678"):
        total = 0
        for entry in voucher.entries:
            if entry["gov_acct_cls_code"][0] in accounts:
                total += entry["amt"] if entry["dr_cr"] == "D" else -entry["amt"]
        if total:
            return False
    return True


def is_vague(voucher: Voucher) -> bool:
    """Whether it is large and none of its expenses says what for."""
    words = [entry["vou_det_desc"] for entry in voucher.expense_entries]
    return voucher.expense >= LARGE and all(len(w) <= SHORT or w in VAGUE for w in words)


def large_cash(oracle: Oracle) -> set[str]:
    """Vouchers with a large expense in cash, of units that have a treasury code."""
    return {
        v.subject
        for v in oracle.live
        if v.agency in oracle.treasury_of
        and any(e["set_mode_code"] == "1" and e["amt"] >= LARGE_CASH for e in v.expense_entries)
    }


def lacks_papers(oracle: Oracle, voucher: Voucher) -> bool:
    """Whether it has papers, yet not those that its meetings, trainings or journeys need."""
    if not voucher.attachments or not oracle._out_of_grace(voucher):
        return False
    needed = {
        kind
        for entry in voucher.expense_entries
        for code, kinds in REQUIRED.items()
        if (entry["dep_bgt_eco_code"] or "").startswith(code)
        for kind in kinds
    }
    return not all(voucher.has(kind) for kind in needed)


def shared_files(oracle: Oracle) -> set[str]:
    """Lists, and invoices without number, whose file hangs on several vouchers."""
    holders: dict[str, set[str]] = defaultdict(set)
    for voucher in oracle.live:
        for paper in voucher.attachments:
            kind = paper["attachment_type"]
            if paper["file_sha256"] and (
                kind in OF_ONE_VOUCHER or (kind == "invoice" and not paper["invoice_no"])
            ):
                holders[paper["file_sha256"].lower()].add(voucher.subject)
    return {sha for sha, vouchers in holders.items() if len(vouchers) > 1}


def is_approved_afterwards(voucher: Voucher) -> bool:
    """Whether the first of its approvals in advance came after the event."""
    dates = [
        paper["document_date"]
        for paper in voucher.attachments
        if paper["attachment_type"] in BEFOREHAND and paper["document_date"]
    ]
    return bool(dates) and min(dates) > voucher.event


def number_gaps(oracle: Oracle) -> set[str]:
    """Periods long over in which a series has numbers missing."""
    series: dict[tuple[str, int, str], dict[int, set[int]]] = defaultdict(dict)
    for voucher in oracle.vouchers.values():
        entry = voucher.entries[0]
        found = re.fullmatch(r"(.*?)([0-9]+)", entry["voucher_no"])
        if found:
            key = (entry["acct_set_code"], entry["fiscal_year"], found[1])
            series[key].setdefault(entry["acct_period"], set()).add(int(found[2]))
    hits = set()
    for (acct_set, year, _), periods in series.items():
        numbers = [number for present in periods.values() for number in present]
        through_year = len(periods) > 1 and len(numbers) == len(set(numbers))
        for period, own in periods.items():
            end = f"{year}-{period:02d}-{monthrange(year, period)[1]:02d}"
            if days(oracle.day, end) <= SETTLING:
                continue
            present = set(numbers) if through_year else own
            if any(n > 1 and n - 1 not in present for n in own):
                hits.add(f"{acct_set}/{year}/{period:02d}")
    return hits


def outstanding_advances(oracle: Oracle) -> set[str]:
    """Advances whose balance has been above zero at the end of every day for too long."""
    changes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for voucher in oracle.live:
        dated = min(entry["voucher_date"] for entry in voucher.entries)
        for entry in voucher.entries:
            account, party = entry["gov_acct_cls_code"][:4], entry["fund_tra_obj_name"]
            if account in ("1214", "1218") and party and dated <= oracle.day:
                subject = f"{entry['acct_set_code']}:{account}:{party}"
                amount = entry["amt"] if entry["dr_cr"] == "D" else -entry["amt"]
                changes[subject][dated] += amount
    hits = set()
    for subject, by_day in changes.items():
        balance, since = 0, ""
        for day in sorted(by_day):
            balance += by_day[day]
            since = (since or day) if balance > 0 else ""
        if since and days(oracle.day, since) > OUTSTANDING:
            hits.add(subject)
    return hits


def numbered_invoices(voucher: Voucher) -> set[tuple[str, str]]:
    """Code and number of each of its invoices that has a number."""
    return {
        (paper["invoice_code"] or "", paper["invoice_no"])
        for paper in voucher.attachments
        if paper["attachment_type"] == "invoice" and paper["invoice_no"]
    }


def are_told_apart(one: Voucher, other: Voucher) -> bool:
    """Whether their invoices say that these are two matters."""
    first, second = numbered_invoices(one), numbered_invoices(other)
    return bool(first) and bool(second) and not first & second


def claimed_twice(oracle: Oracle) -> set[str]:
    """Later vouchers that claim the same of the same party for the same, days apart."""
    claims: dict[tuple[str, str, str, int], list[Voucher]] = defaultdict(list)
    for voucher in oracle.live:
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for entry in voucher.expense_entries:
            if entry["fund_tra_obj_name"] and entry["dep_bgt_eco_code"]:
                sums[entry["fund_tra_obj_name"], entry["dep_bgt_eco_code"]] += entry["amt"]
        for (party, code), amount in sums.items():
            if amount >= ALIKE:
                claims[voucher.agency, party, code, amount].append(voucher)
    return {
        max(pair, key=lambda v: (v.event, v.posting, v.subject)).subject
        for vouchers in claims.values()
        for pair in combinations(vouchers, 2)
        if abs(days(pair[0].event, pair[1].event)) <= NEAR and not are_told_apart(*pair)
    }
