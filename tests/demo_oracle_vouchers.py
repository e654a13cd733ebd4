"""Further rules on vouchers and their attachments in plain Python: see demo_oracle."""

from collections import defaultdict

from demo_oracle import Hits, Oracle, Voucher

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
        "VOU-004": {v.subject for v in oracle.live if not balances(v)},
        "VOU-005": {v.subject for v in oracle.live if is_vague(v)},
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
