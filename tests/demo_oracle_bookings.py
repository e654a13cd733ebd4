"""The definitions of BOOK-003 to BOOK-006, PROC-002 and PROC-003 in plain Python."""

from collections import defaultdict

from demo_oracle import THRESHOLD, Hits, Oracle, Record, Voucher, days
from demo_oracle_payments import paid_on

TOLERANCE, UNKNOWN_DAYS = 1, 10
UNDER_DAYS, UNDER_COUNT, UNDER_PERCENT = 180, 3, 95


def judge(oracle: Oracle) -> Hits:
    """Open hits of the family's rules."""
    naming = vouchers_by_payment(oracle)
    return {
        "BOOK-003": booked_at_another_amount(oracle, naming),
        "BOOK-005": no_real_payment(oracle, naming),
        "BOOK-006": booked_by_another_unit(oracle, naming),
        "PROC-002": just_under(oracle),
        "PROC-003": paid_before_acceptance(oracle, naming),
    }


def vouchers_by_payment(oracle: Oracle) -> dict[str, list[Voucher]]:
    """Live vouchers by the payments they name."""
    naming: dict[str, list[Voucher]] = defaultdict(list)
    for voucher in oracle.live:
        for number in {entry["pay_voucher_no"] for entry in voucher.entries} - {None}:
            naming[number].append(voucher)
    return naming


def booked_fen(voucher: Voucher, number: str) -> int | None:
    """What a voucher books for a payment; None where it cannot be told."""
    has_budget_entries = any(e["gov_acct_cls_code"][0] == "7" for e in voucher.entries)
    lead = "7" if has_budget_entries else "5"
    amounts = [
        entry["amt"]
        for entry in voucher.entries
        if entry["pay_voucher_no"] == number
        and entry["dr_cr"] == "D"
        and entry["gov_acct_cls_code"][0] == lead
    ]
    return sum(amounts) if amounts else None


def booked_at_another_amount(oracle: Oracle, naming: dict[str, list[Voucher]]) -> set[str]:
    hits = set()
    for payment in oracle.payments:
        number = payment["voucher_no"]
        if not payment["x_pay_date"] or payment["x_pay_amt"] is None:
            continue
        booked = [booked_fen(voucher, number) for voucher in naming.get(number, [])]
        known = [fen for fen in booked if fen is not None]
        if known and abs(sum(known) - payment["x_pay_amt"]) > TOLERANCE:
            hits.add(number)
    return hits


def no_real_payment(oracle: Oracle, naming: dict[str, list[Voucher]]) -> set[str]:
    status = {each["voucher_no"]: each["status"] for each in oracle.feeds["treasury_payments"]}
    hits = set()
    for number, vouchers in naming.items():
        for voucher in vouchers:
            if number not in status:
                is_false = days(oracle.day, voucher.posting) > UNKNOWN_DAYS
            else:
                is_false = status[number] in ("void", "returned")
            if is_false:
                hits.add(voucher.subject)
    return hits


def booked_by_another_unit(oracle: Oracle, naming: dict[str, list[Voucher]]) -> set[str]:
    users = {each["agency_code"] for each in oracle.feeds["treasury_users"]}
    bookkeepers = {each["agency_code"] for each in oracle.feeds["finance_users"]}
    hits = set()
    for payment in oracle.payments:
        agency, number = payment["agency_code"], payment["voucher_no"]
        if agency not in users:
            continue
        own = {oracle.finance_of.get(agency), oracle.keepers.get(agency)}
        for voucher in naming.get(number, []):
            if voucher.agency in bookkeepers and voucher.agency not in own:
                hits.add(number)
    return hits


def is_without_procurement(payment: Record) -> bool:
    """Whether a payment names no procurement procedure."""
    return payment["pur_met_code"] in (None, "9") and not payment["gov_procurement_id"]


def just_under(oracle: Oracle) -> set[str]:
    groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for payment in oracle.payments:
        code, fen = payment["dep_exp_eco_code"], payment["pay_amt"]
        is_just_under = THRESHOLD * UNDER_PERCENT <= fen * 100 < THRESHOLD * 100
        if code and is_without_procurement(payment) and is_just_under:
            groups[payment["agency_code"], code].append((paid_on(payment), payment["voucher_no"]))
    hits = set()
    for (agency, code), payments in groups.items():
        payments.sort()
        reach = ""
        for place, (start, number) in enumerate(payments):
            window = [each for each in payments[place:] if days(each[0], start) <= UNDER_DAYS]
            if len(window) < UNDER_COUNT:
                continue
            if start > reach:
                hits.add(f"{agency}:{code}:{number}")
            reach = max(reach, window[-1][0])
    return hits


def paid_before_acceptance(oracle: Oracle, naming: dict[str, list[Voucher]]) -> set[str]:
    hits = set()
    for payment in oracle.payments:
        if not payment["x_pay_date"]:
            continue
        accepted = [
            paper["document_date"]
            for voucher in naming.get(payment["voucher_no"], [])
            for paper in voucher.attachments
            if paper["attachment_type"] == "acceptance" and paper["document_date"]
        ]
        if accepted and min(accepted) > payment["x_pay_date"]:
            hits.add(payment["voucher_no"])
    return hits
