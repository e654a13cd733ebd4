"""The statistical rules in plain Python, from the rule library's text."""

import math
import re
from collections import Counter, defaultdict
from fractions import Fraction

from demo_oracle import Hits, Oracle, Record, normalised

PAYEE_PERCENT, PAYEE_MONEY, PAYEE_PAYMENTS = 60, 50_000_00, 6
BENFORD_AMOUNTS, BENFORD_DEVIATION = 500, 0.0022
FENCE, PEERS = 3, 8
TYPES = (
    ("village", "(村民|居民)委员会|村委会|居委会|社区|经济合作社|村"),
    ("health", "医院|卫生院|卫生室|卫生服务中心|卫生服务站|保健院|疾病预防控制中心"),
    ("institution", "党校"),
    ("school", "小学|中学|高中|初中|学校|幼儿园|学院|教学点|校"),
    ("town_government", "政府|街道办事处|街道"),
    ("association", "总工会|联合会|红十字会|协会|总社|妇联|残联|文联|科协|工商联|团委"),
    ("bureau", "局|委员会|办公室|委"),
    ("institution", "中心|所|站|队|处|馆|院|基地|园|室|之家|指挥部|场|台"),
)
TYPE_OF_CODE = {"11": "bureau", "12": "institution", "13": "association", "54": "village"}
LONE_CODES = ("301", "303", "30205", "30206", "30207", "30208", "30228", "30229")


def judge(oracle: Oracle) -> Hits:
    """Open hits of the statistical rules."""
    return {
        "STAT-001": {
            subject
            for subject, digits in _first_digits(oracle).items()
            if _deviation(digits) > BENFORD_DEVIATION
        },
        "STAT-002": {
            subject
            for amount, others, subject in _months(oracle)
            if _is_far_above(amount, [amount, *others])
        },
        "STAT-003": {
            ":".join(subject)
            for subject, (taken, spent) in _payees(oracle).items()
            if sum(taken) * 100 >= spent * PAYEE_PERCENT
            and sum(taken) >= PAYEE_MONEY
            and len(taken) >= PAYEE_PAYMENTS
        },
    }


def populations(oracle: Oracle) -> dict[str, int]:
    """How many subjects each of them looks at."""
    return {
        "STAT-001": len(_first_digits(oracle)),
        "STAT-002": len(_months(oracle)),
        "STAT-003": len(_payees(oracle)),
    }


def _first_digits(oracle: Oracle) -> dict[str, list[int]]:
    """First two digits of the debits on accounts 1-5, by account set and year, 500 at least."""
    digits: dict[str, list[int]] = defaultdict(list)
    for voucher in oracle.live:
        for entry in voucher.entries:
            fen = abs(entry["amt"])
            if entry["dr_cr"] == "D" and entry["gov_acct_cls_code"][0] in "12345" and fen >= 10:
                digits[f"{entry['acct_set_code']}:{entry['fiscal_year']}"].append(int(str(fen)[:2]))
    return {subject: each for subject, each in digits.items() if len(each) >= BENFORD_AMOUNTS}


def _deviation(digits: list[int]) -> float:
    """Mean absolute deviation of the shares of 10-99 from Benford's."""
    counts = Counter(digits)
    return math.fsum(
        abs(counts[pair] / len(digits) - math.log10(1 + 1 / pair)) for pair in range(10, 100)
    ) / len(range(10, 100))


def _quantile(amounts: list[int], share: Fraction) -> Fraction:
    """The quantile, between two amounts in proportion."""
    in_order = sorted(amounts)
    place = share * (len(in_order) - 1)
    below = place.numerator // place.denominator
    above = min(below + 1, len(in_order) - 1)
    return in_order[below] + (place - below) * (in_order[above] - in_order[below])


def _is_far_above(amount: int, amounts: list[int]) -> bool:
    """Whether it is above Q3 + 3 x IQR, and IQR is above zero."""
    first, third = _quantile(amounts, Fraction(1, 4)), _quantile(amounts, Fraction(3, 4))
    return third > first and amount > third + FENCE * (third - first)


def _kind(user: Record) -> str | None:
    """Type of a unit by the end of its name, else by its credit code."""
    name = normalised(user["agency_name"])
    for kind, endings in TYPES:
        if re.search(f"({endings})$", name):
            return kind
    return TYPE_OF_CODE.get((user["uscc"] or "")[:2])


def _peer_groups(oracle: Oracle) -> dict[str, tuple[str, str]]:
    """Type and township size of every finance user whose type can be told."""
    treasury = {user["agency_code"]: user for user in oracle.feeds["treasury_users"]}
    sides: list[list[Record]] = []
    for user in oracle.feeds["finance_users"]:
        other = treasury.pop(oracle.treasury_of.get(user["agency_code"], ""), None)
        sides.append([user, other] if other else [user])
    sides += [[user] for user in treasury.values()]
    towns: Counter[str] = Counter()
    town_of = {}
    for each in sides:
        town = next((side["township"] for side in each if side["township"]), None)
        town_of[each[0]["agency_code"]] = town
        in_use = any(side["status"] == "启用" and not side["closed_on"] for side in each)
        if town and in_use:
            towns[town] += 1
    average = Fraction(sum(towns.values()), len(towns))
    groups = {}
    for each in sides:
        code = each[0]["agency_code"]
        town = town_of[code]
        uscc = next((side["uscc"] for side in each if side["uscc"]), None)
        kind = _kind({**each[0], "uscc": uscc})
        if kind:
            size = "district" if not town else "large" if towns[town] >= average else "small"
            groups[code] = (kind, size)
    return groups


def _months(oracle: Oracle) -> list[tuple[int, list[int], str]]:
    """What each unit spent in a month on a code, what its peers did (at least 8), the subject."""
    groups = _peer_groups(oracle)
    spent: dict[tuple[str, int, int, str], int] = defaultdict(int)
    for voucher in oracle.live:
        for entry in voucher.expense_entries:
            if entry["dep_bgt_eco_code"] and voucher.agency in groups:
                month = (entry["fiscal_year"], entry["acct_period"])
                spent[voucher.agency, *month, entry["dep_bgt_eco_code"]] += entry["amt"]
    alike: dict[tuple[object, ...], list[tuple[str, int]]] = defaultdict(list)
    for (agency, *rest), fen in spent.items():
        if fen > 0:
            alike[groups[agency], *rest].append((agency, fen))
    found = []
    for (_, year, period, code), members in alike.items():
        if len(members) <= PEERS:
            continue
        for agency, fen in members:
            others = [other for name, other in members if name != agency]
            found.append((fen, others, f"{agency}:{year}-{period:02d}:{code}"))
    return found


def _payees(oracle: Oracle) -> dict[tuple[str, ...], tuple[list[int], int]]:
    """Unit, year, code and payee: what the payee took, and all the unit spent on the code."""
    taken: dict[tuple[str, ...], list[int]] = defaultdict(list)
    spent: dict[tuple[str, ...], int] = defaultdict(int)
    for payment in oracle.payments:
        code = payment["dep_exp_eco_code"]
        if code and not code.startswith(LONE_CODES):
            series = (payment["agency_code"], str(payment["st_year"]), code)
            taken[*series, payment["payee_acct_name"]].append(payment["pay_amt"])
            spent[series] += payment["pay_amt"]
    return {subject: (each, spent[subject[:3]]) for subject, each in taken.items()}
