"""The further rules on small coffers in plain Python, from the rule library's text."""

from collections import defaultdict
from itertools import pairwise

from demo_oracle import Hits, Oracle, Record, Voucher, days, normalised

CANTEEN_MONEY, CANTEEN_DAYS = 50_000_00, 365
BACK_MONEY, BACK_DAYS, BACK_PERCENT = 10_000_00, 60, 5
SHARED_DAYS, SHARED_UNITS, SHARED_MONEY, ROUND = 90, 3, 3000_00, 1000_00
SHARED_CODES = ("30215", "30216", "30226", "30227")
PROOFS = ("meeting_notice", "training_notice", "attendee_list", "reception_list", "payroll")
CARD_MONEY = 1000_00
CARD_WORDS = ("购物卡", "礼品卡", "预付卡", "储值卡", "消费卡", "提货券", "提货卡", "代金券")
SLEEP_DAYS, SLEEP_MONEY = 365, 10_000_00


def judge(oracle: Oracle) -> Hits:
    """Open hits of the further rules on coffers."""
    return {
        "SCF-002": to_canteen_or_union(oracle),
        "SCF-003": there_and_back(oracle),
        "SCF-005": shared_payees(oracle),
        "SCF-006": gift_cards(oracle),
        "SCF-007": sleeping_accounts(oracle),
    }


def paid_on(payment: Record) -> str:
    """When it was paid: the actual date, else the voucher's."""
    return str(payment["x_pay_date"] or payment["vou_date"])


def unit_of(oracle: Oracle, treasury_code: str) -> str:
    """The real unit behind a treasury user: its finance code if it has one."""
    return oracle.finance_of.get(treasury_code, treasury_code)


def to_canteen_or_union(oracle: Oracle) -> set[str]:
    """Own canteen or union account, 50000 in 365 days, neither 30228 nor 30229."""
    moved: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for payment in oracle.payments:
        account = oracle.accounts.get(payment["payee_acct_no"])
        code = payment["dep_exp_eco_code"]
        if (
            account
            and account["account_kind"] in ("canteen", "union")
            and oracle._owner(account["account_no"]) == unit_of(oracle, payment["agency_code"])
            and code
            and not code.startswith(("30228", "30229"))
        ):
            subject = f"{payment['agency_code']}:{account['account_no']}"
            moved[subject].append((paid_on(payment), payment["pay_amt"]))
    return {
        subject
        for subject, each in moved.items()
        if any(
            sum(fen for day, fen in each if 0 <= days(day, start) <= CANTEEN_DAYS) >= CANTEEN_MONEY
            for start, _ in each
        )
    }


def there_and_back(oracle: Oracle) -> set[str]:
    """A pays B, B pays A within 60 days, within 5 % of the first amount."""
    bearers: dict[str, set[str]] = defaultdict(set)
    for user in oracle.feeds["finance_users"] + oracle.former_users:
        bearers[normalised(user["agency_name"])].add(user["agency_code"])
    for user in oracle.feeds["treasury_users"]:
        bearers[normalised(user["agency_name"])].add(unit_of(oracle, user["agency_code"]))
    between: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for payment in oracle.payments:
        if payment["pay_amt"] < BACK_MONEY:
            continue
        payer = unit_of(oracle, payment["agency_code"])
        owner = oracle._owner(payment["payee_acct_no"])
        for payee in {owner} if owner else bearers[normalised(payment["payee_acct_name"])]:
            if payee != payer:
                between[payer, payee].append(payment)
    hits = set()
    for (payer, payee), there in between.items():
        for first in there:
            for back in between.get((payee, payer), ()):
                gap = days(paid_on(back), paid_on(first))
                is_later = gap > 0 or (gap == 0 and back["voucher_no"] > first["voucher_no"])
                difference = abs(back["pay_amt"] - first["pay_amt"])
                if (
                    is_later
                    and gap <= BACK_DAYS
                    and difference * 100 <= first["pay_amt"] * BACK_PERCENT
                ):
                    agencies = f"{first['agency_code']}:{back['agency_code']}"
                    hits.add(f"{agencies}:{first['voucher_no']}")
    return hits


def shared_payees(oracle: Oracle) -> set[str]:
    """Round sums of three units to one payee within 90 days, with neither notice nor list."""
    uses: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for voucher in oracle.live:
        if not oracle._out_of_grace(voucher) or any(map(voucher.has, PROOFS)):
            continue
        spent: dict[str, int] = defaultdict(int)
        for entry in voucher.expense_entries:
            if (entry["dep_bgt_eco_code"] or "").startswith(SHARED_CODES):
                spent[entry["fund_tra_obj_name"] or ""] += entry["amt"]
        for payee, fen in spent.items():
            if payee and fen >= SHARED_MONEY and fen % ROUND == 0:
                uses[payee].append((voucher.event, voucher.agency))
    return {
        payee
        for payee, each in uses.items()
        if any(
            len({agency for day, agency in each if 0 <= days(day, start) <= SHARED_DAYS})
            >= SHARED_UNITS
            for start, _ in each
        )
    }


def names_a_card(words: str | None) -> bool:
    """Whether a gift or prepaid card is named."""
    return any(word in (words or "") for word in CARD_WORDS)


def sellers(voucher: Voucher) -> list[str | None]:
    """Sellers of a voucher's invoices."""
    return [
        paper["seller_name"]
        for paper in voucher.attachments
        if paper["attachment_type"] == "invoice"
    ]


def gift_cards(oracle: Oracle) -> set[str]:
    """Vouchers and payments of 1000 or more that name a gift or prepaid card."""
    vouchers = {
        voucher.subject
        for voucher in oracle.live
        if voucher.expense >= CARD_MONEY
        and (
            any(names_a_card(entry["vou_det_desc"]) for entry in voucher.expense_entries)
            or any(names_a_card(seller) for seller in sellers(voucher))
        )
    }
    return vouchers | {
        payment["voucher_no"]
        for payment in oracle.payments
        if payment["pay_amt"] >= CARD_MONEY and names_a_card(payment["pay_summary_name"])
    }


def sleeping_accounts(oracle: Oracle) -> set[str]:
    """No movement for 365 days, then 10000 or more; the movement before was seen."""
    moves: dict[str, dict[str, int]] = defaultdict(dict)
    for payment in oracle.payments:
        for account in {payment["pay_acct_no"], payment["payee_acct_no"]}:
            if account in oracle.account_numbers:
                day = paid_on(payment)
                moves[account][day] = max(moves[account].get(day, 0), payment["pay_amt"])
    hits = set()
    for account, largest in moves.items():
        in_order = sorted(largest)
        for before, day in pairwise(in_order):
            if days(day, before) > SLEEP_DAYS and largest[day] >= SLEEP_MONEY:
                hits.add(account)
    return hits
