"""Further rules on vouchers and their attachments in plain Python: see demo_oracle."""

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


def judge(oracle: Oracle) -> Hits:
    """Open hits of the rules on vouchers and attachments beyond the first ones."""
    return {
        "VOU-002": {v.subject for v in oracle.live if reviews_itself(v)},
        "VOU-004": {v.subject for v in oracle.live if not balances(v)},
        "VOU-005": {v.subject for v in oracle.live if is_vague(v)},
        "VOU-009": large_cash(oracle),
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
