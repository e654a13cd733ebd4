"""The definitions of PAY-002 to PAY-011 in plain Python (PAY-001 is in `demo_oracle`)."""

import re
from collections import defaultdict
from itertools import combinations

from demo_oracle import Hits, Oracle, Record, days, normalised

LARGE, TWICE, TWICE_DAYS = 10_000_00, 1_000_00, 10
NAMES_DAYS, RETURNED_DAYS = 180, 30
RUSH_SHARE, RUSH_TIMES, RUSH_MONTHS, RUSH_FROM = 4, 3, 6, "12-16"
NOT_TO_PERSONS = ("301", "303", "30226")
NOT_TWICE = ("301",)
ORGANISATION = re.compile(
    "公司|厂|店|局|委|办|所|站|院|校|学|中心|社|会|部|处|队|馆|行|政府|村|镇|街道|园|场|组|户|超市"
    "|集团|商|铺|基金|库"
)
CODES = {
    "接待": "30217",
    "培训": "30216",
    "会议": "30215",
    "差旅": "30211",
    "印刷": "30202",
    "维修": "30213",
    "租赁": "30214",
    "劳务": "30226",
    "工资": "301",
    "水费": "30205",
    "电费": "30206",
}


def judge(oracle: Oracle) -> Hits:
    """Open hits of the family's rules."""
    return {
        "PAY-002": large_to_persons(oracle),
        "PAY-003": to_other_accounts(oracle),
        "PAY-004": paid_twice(oracle),
        "PAY-005": against_the_code(oracle),
        "PAY-006": year_end_rushes(oracle),
        "PAY-008": shared_accounts(oracle),
        "PAY-009": returned_then_elsewhere(oracle),
        "PAY-011": over_budget(oracle),
    }


def paid_on(payment: Record) -> str:
    """The day a payment was made."""
    return str(payment["x_pay_date"] or payment["vou_date"])


def is_person(name: str) -> bool:
    """Whether a payee's name is a natural person's."""
    plain = "".join(name.split())
    return 2 <= len(plain) <= 4 and not ORGANISATION.search(plain)


def large_to_persons(oracle: Oracle) -> set[str]:
    salaries = {each["salary_acct_no"] for each in oracle.feeds["personnel"]} - {None}
    units = {
        normalised(user["agency_name"])
        for user in (
            oracle.feeds["finance_users"] + oracle.former_users + oracle.feeds["treasury_users"]
        )
    }
    hits = set()
    for payment in oracle.payments:
        code, payee = payment["dep_exp_eco_code"], payment["payee_acct_name"]
        if not code or code.startswith(NOT_TO_PERSONS) or payment["pay_amt"] < LARGE:
            continue
        by_name = is_person(payee) and normalised(payee) not in units
        if by_name or payment["payee_acct_no"] in salaries:
            hits.add(payment["voucher_no"])
    return hits


def to_other_accounts(oracle: Oracle) -> set[str]:
    return {
        payment["voucher_no"]
        for payment in oracle.payments
        if payment["x_payee_acct_no"] and payment["x_payee_acct_no"] != payment["payee_acct_no"]
    }


def paid_twice(oracle: Oracle) -> set[str]:
    alike: dict[tuple[str, str, int], list[tuple[str, str]]] = defaultdict(list)
    for payment in oracle.payments:
        code = payment["dep_exp_eco_code"]
        if code and not code.startswith(NOT_TWICE) and payment["pay_amt"] >= TWICE:
            key = (payment["agency_code"], payment["payee_acct_no"], payment["pay_amt"])
            alike[key].append((paid_on(payment), payment["voucher_no"]))
    return {
        later[1]
        for payments in alike.values()
        for earlier, later in combinations(sorted(payments), 2)
        if days(later[0], earlier[0]) <= TWICE_DAYS
    }


def against_the_code(oracle: Oracle) -> set[str]:
    hits = set()
    for payment in oracle.payments:
        code, purpose = payment["dep_exp_eco_code"], payment["pay_summary_name"] or ""
        wanted = [right for word, right in CODES.items() if word in purpose]
        if code and wanted and not any(code.startswith(right) for right in wanted):
            hits.add(payment["voucher_no"])
    return hits


def year_end_rushes(oracle: Oracle) -> set[str]:
    paid: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for payment in oracle.payments:
        year, day = paid_on(payment)[:4], paid_on(payment)[5:]
        paid[payment["agency_code"], year][day] += payment["pay_amt"]
    hits = set()
    for (agency, year), amounts in paid.items():
        months: dict[str, int] = defaultdict(int)
        for day, fen in amounts.items():
            if day[:2] != "12":
                months[day[:2]] += fen
        if len(months) < RUSH_MONTHS:
            continue
        rush = sum(fen for day, fen in amounts.items() if day >= RUSH_FROM)
        is_large_share = rush * RUSH_SHARE > sum(amounts.values())
        if is_large_share and rush * len(months) > RUSH_TIMES * sum(months.values()):
            hits.add(f"{agency}:{year}")
    return hits


def shared_accounts(oracle: Oracle) -> set[str]:
    under: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for payment in oracle.payments:
        name = normalised(payment["payee_acct_name"])
        under[payment["payee_acct_no"]][name].add(paid_on(payment))
    hits = set()
    for account, names in under.items():
        for one, other in combinations(names.values(), 2):
            if any(abs(days(first, second)) <= NAMES_DAYS for first in one for second in other):
                hits.add(account)
    return hits


def returned_then_elsewhere(oracle: Oracle) -> set[str]:
    returned: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
    for payment in oracle.feeds["treasury_payments"]:
        if payment["status"] == "returned":
            key = (
                payment["agency_code"],
                normalised(payment["payee_acct_name"]),
                payment["pay_amt"],
            )
            returned[key].append(payment)
    hits = set()
    for payment in oracle.payments:
        key = (payment["agency_code"], normalised(payment["payee_acct_name"]), payment["pay_amt"])
        for earlier in returned.get(key, []):
            gap = days(paid_on(payment), paid_on(earlier))
            if 0 <= gap <= RETURNED_DAYS and payment["payee_acct_no"] != earlier["payee_acct_no"]:
                hits.add(payment["voucher_no"])
    return hits


def over_budget(oracle: Oracle) -> set[str]:
    budgets = {
        (each["agency_code"], each["fiscal_year"], each["dep_exp_eco_code"]): each["amount"]
        for each in oracle.feeds["budgets"]
    }
    paid: dict[tuple[str, int, str], int] = defaultdict(int)
    for payment in oracle.payments:
        key = (payment["agency_code"], payment["st_year"], payment["dep_exp_eco_code"])
        paid[key] += payment["pay_amt"]
    return {
        f"{agency}:{year}:{code}"
        for (agency, year, code), fen in paid.items()
        if (agency, year, code) in budgets and fen > budgets[agency, year, code]
    }
