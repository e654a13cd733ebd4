"""INV-003, INV-004, INV-006, INV-007, INV-008 and REC-010 in plain Python: see demo_oracle."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from demo_oracle import Hits, Oracle, Record, Voucher, days

FAILED = ("mismatch", "voided", "reversed")
STALE = 180
WITHOUT_INVOICE = ("301", "303", "30211", "30226")
CATERERS = ("酒店", "宾馆", "饭店", "餐饮", "餐厅", "酒楼", "农家乐", "饭庄")
DISGUISES = {"30201", "30202", "30203", "30299"}
RUN, RUN_DAYS = 3, 90


def judge(oracle: Oracle) -> Hits:
    """Open hits of these rules."""
    return {
        "INV-003": failed_checks(oracle),
        "INV-004": after_posting(oracle),
        "INV-006": consecutive(oracle),
        "INV-007": stale(oracle),
        "INV-008": less_invoiced(oracle),
        "REC-010": in_disguise(oracle),
    }


def invoices(voucher: Voucher) -> list[Record]:
    """The invoices of a voucher."""
    return [paper for paper in voucher.attachments if paper["attachment_type"] == "invoice"]


def _live_invoices(oracle: Oracle) -> Iterator[tuple[Voucher, Record]]:
    for voucher in oracle.live:
        for paper in invoices(voucher):
            yield voucher, paper


def failed_checks(oracle: Oracle) -> set[str]:
    """An invoice did not pass its verification."""
    return {v.subject for v, paper in _live_invoices(oracle) if paper["check_result"] in FAILED}


def after_posting(oracle: Oracle) -> set[str]:
    """An invoice is younger than the booking."""
    return {
        v.subject
        for v, paper in _live_invoices(oracle)
        if paper["document_date"] and paper["document_date"] > v.posting
    }


def stale(oracle: Oracle) -> set[str]:
    """An invoice was old when it was booked."""
    return {
        v.subject
        for v, paper in _live_invoices(oracle)
        if paper["document_date"] and days(v.posting, paper["document_date"]) > STALE
    }


def less_invoiced(oracle: Oracle) -> set[str]:
    """All papers are there, and the invoices do not add up to the expense."""
    hits = set()
    for voucher in oracle.live:
        papers = invoices(voucher)
        counts = [entry["vou_cnt"] for entry in voucher.entries if entry["vou_cnt"] is not None]
        if not papers or not counts or len(voucher.attachments) < max(counts):
            continue
        if any(paper["amount"] is None for paper in papers):
            continue
        codes = [entry["dep_bgt_eco_code"] or "" for entry in voucher.expense_entries]
        if any(code.startswith(WITHOUT_INVOICE) for code in codes):
            continue
        if sum(paper["amount"] for paper in papers) < voucher.expense - 1:
            hits.add(voucher.subject)
    return hits


def consecutive(oracle: Oracle) -> set[str]:
    """Consecutive numbers of one seller, spread over vouchers."""
    series: dict[tuple[str, str, str, int], dict[int, list[tuple[str, str]]]] = defaultdict(dict)
    for voucher, paper in _live_invoices(oracle):
        number = paper["invoice_no"] or ""
        if not paper["seller_name"] or not paper["document_date"]:
            continue
        if not re.fullmatch("[0-9]{1,20}", number):
            continue
        key = (
            voucher.agency,
            paper["seller_name"],
            paper["invoice_code"] or "",
            len(number),
        )
        series[key].setdefault(int(number), []).append((paper["document_date"], voucher.subject))
    hits = set()
    for (agency, seller, _, digits), numbers in series.items():
        for number in numbers:
            window = range(number, number + RUN)
            if all(each in numbers for each in window) and _spread(numbers, window):
                first = number
                while first - 1 in numbers:
                    first -= 1
                hits.add(f"{agency}:{seller}:{first:0{digits}d}")
    return hits


def _spread(numbers: dict[int, list[tuple[str, str]]], window: range) -> bool:
    """Whether the numbers lie with several vouchers and are of about the same time."""
    dates = [min(day for day, _ in numbers[each]) for each in window]
    carriers = {subject for each in window for _, subject in numbers[each]}
    return len(carriers) >= 2 and days(max(dates), min(dates)) <= RUN_DAYS


def in_disguise(oracle: Oracle) -> set[str]:
    """A hotel's or restaurant's invoice under a code where it is out of place."""
    hits = set()
    for voucher in oracle.live:
        if not any(e["dep_bgt_eco_code"] in DISGUISES for e in voucher.expense_entries):
            continue
        sellers = [paper["seller_name"] or "" for paper in invoices(voucher)]
        if any(word in seller for word, seller in product(CATERERS, sellers)):
            hits.add(voucher.subject)
    return hits
