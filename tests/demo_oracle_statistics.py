"""The statistical rules in plain Python, from the rule library's text."""

from collections import defaultdict

from demo_oracle import Hits, Oracle

PAYEE_PERCENT, PAYEE_MONEY, PAYEE_PAYMENTS = 60, 50_000_00, 6
LONE_CODES = ("301", "303", "30205", "30206", "30207", "30208", "30228", "30229")


def judge(oracle: Oracle) -> Hits:
    """Open hits of the statistical rules."""
    return {
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
    return {"STAT-003": len(_payees(oracle))}


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
