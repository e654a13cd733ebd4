"""The definitions of CARD-002 to CARD-012 in plain Python."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime

from demo_oracle import Hits, Oracle, Record, Voucher, days
from huiyan.workdays import is_workday

NIGHT_FROM, NIGHT_TO = 23, 6
SINGLE_LIMIT = 5000_00
UNCLAIMED_DAYS, NAMING_DAYS = 60, 365
CASH_FROM, CASH_BELOW = 200_00, 1000_00
CITY_SECONDS = 3600
AGAIN_DAYS, AGAIN_COUNT, AGAIN_AMOUNT = 30, 5, 3000_00
REFUND_DAYS = 30
DINING = {"5811", "5812", "5814"}
TRAVEL = {str(mcc) for mcc in range(3000, 4000)} | {
    "4011",
    "4111",
    "4112",
    "4121",
    "4131",
    "4411",
    "4511",
    "4582",
    "4784",
    "5541",
    "5542",
    "7011",
    "7012",
    "7512",
    "7523",
}
ONLINE = {"4816", *map(str, range(5815, 5819)), *map(str, range(5964, 5970))}
COMPULSORY = {
    *(str(code) for code in range(30201, 30208)),
    "30209",
    "30211",
    *(str(code) for code in range(30213, 30219)),
    "30231",
    "30239",
}


class Cards:
    """What the card rules look at."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.swipes = sorted(
            oracle.feeds["card_transactions"], key=lambda each: (each["txn_at"], each["txn_no"])
        )
        self.undone = self._undone()
        self.live = [
            each
            for each in self.swipes
            if each["txn_type"] == "purchase" and each["txn_no"] not in self.undone
        ]
        self.claims: dict[str, list[Voucher]] = defaultdict(list)
        for voucher in oracle.live:
            for number in {entry["card_txn_no"] for entry in voucher.entries} - {None}:
                self.claims[number].append(voucher)

    def _undone(self) -> set[str]:
        alike: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
        undone: set[str] = set()
        for each in self.swipes:
            purchases = alike[each["card_no"], each["merchant_name"], each["amount"]]
            if each["txn_type"] == "purchase":
                purchases.append(each)
            elif each["txn_type"] == "refund":
                left = [
                    purchase
                    for purchase in purchases
                    if purchase["txn_no"] not in undone
                    and days(each["txn_at"][:10], purchase["txn_at"][:10]) <= REFUND_DAYS
                ]
                if left:
                    undone.add(left[-1]["txn_no"])
        return undone

    @staticmethod
    def in_yuan(swipe: Record) -> bool:
        """Whether its amount can be compared with sums in yuan."""
        return swipe["currency"] in (None, "CNY")

    @staticmethod
    def booked(voucher: Voucher, number: str) -> int | None:
        """What a voucher books for a swipe; None where it cannot be told."""
        leads = {entry["gov_acct_cls_code"][0] for entry in voucher.entries}
        lead = "7" if "7" in leads else "5"
        amounts = [
            entry["amt"]
            for entry in voucher.entries
            if entry["card_txn_no"] == number
            and entry["dr_cr"] == "D"
            and entry["gov_acct_cls_code"][0] == lead
        ]
        return sum(amounts) if amounts else None

    def cash_advances(self) -> set[str]:
        return {each["txn_no"] for each in self.swipes if each["txn_type"] == "cash_advance"}

    def claimed_twice(self) -> set[str]:
        return {each["txn_no"] for each in self.live if len(self.claims[each["txn_no"]]) > 1}

    def claimed_too_much(self) -> set[str]:
        hits = set()
        for swipe in self.live:
            vouchers = self.claims[swipe["txn_no"]]
            if len(vouchers) == 1 and self.in_yuan(swipe):
                booked = self.booked(vouchers[0], swipe["txn_no"])
                if booked is not None and booked > swipe["amount"] + 1:
                    hits.add(swipe["txn_no"])
        return hits

    def refunded_and_claimed(self) -> set[str]:
        return {number for number in self.undone if self.claims[number]}

    def after_leaving(self) -> set[str]:
        left = {
            person["person_id"]: person["left_on"]
            for person in self.oracle.feeds["personnel"]
            if person["status"] in ("left", "retired") and person["left_on"]
        }
        return {
            each["txn_no"]
            for each in self.live
            if each["holder_id"] in left and each["txn_at"][:10] > left[each["holder_id"]]
        }

    def split(self) -> set[str]:
        groups: dict[str, list[int]] = defaultdict(list)
        for each in self.live:
            if each["amount"] < SINGLE_LIMIT and self.in_yuan(each):
                day = each["txn_at"][:10]
                groups[f"{each['card_no']}:{each['merchant_name']}:{day}"].append(each["amount"])
        return {
            subject
            for subject, amounts in groups.items()
            if len(amounts) >= 2 and sum(amounts) >= SINGLE_LIMIT
        }

    def odd_times(self) -> set[str]:
        hits = set()
        for each in self.live:
            at = datetime.fromisoformat(each["txn_at"])
            at_night = at.hour >= NIGHT_FROM or at.hour < NIGHT_TO
            if (at_night and each["mcc"] not in TRAVEL) or (
                each["mcc"] in DINING and not is_workday(at.date())
            ):
                hits.add(each["txn_no"])
        return hits

    def unclaimed(self) -> set[str]:
        day = self.oracle.day
        naming = {
            self.oracle.treasury_of.get(voucher.agency)
            for voucher in self.oracle.live
            if any(entry["card_txn_no"] for entry in voucher.entries)
            and days(day, voucher.posting) < NAMING_DAYS
        }
        return {
            each["txn_no"]
            for each in self.live
            if days(day, each["txn_at"][:10]) > UNCLAIMED_DAYS
            and not self.claims[each["txn_no"]]
            and each["agency_code"] in naming
        }

    def two_cities(self) -> set[str]:
        by_card: dict[str, list[tuple[datetime, str, str]]] = defaultdict(list)
        for each in self.live:
            if each["merchant_city"] and each["mcc"] not in ONLINE:
                by_card[each["card_no"]].append(
                    (
                        datetime.fromisoformat(each["txn_at"]),
                        each["txn_no"],
                        each["merchant_city"].removesuffix("市"),
                    )
                )
        return {
            number
            for swipes in by_card.values()
            for place, (at, number, city) in enumerate(swipes)
            if any(
                (at - earlier).total_seconds() < CITY_SECONDS and other != city
                for earlier, _, other in swipes[:place]
            )
        }

    def again_and_again(self) -> set[str]:
        groups: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for each in self.live:
            if self.in_yuan(each):
                key = f"{each['card_no']}:{each['merchant_name']}"
                groups[key].append((date.fromisoformat(each["txn_at"][:10]), each["amount"]))
        hits = set()
        for key, swipes in groups.items():
            swipes.sort()
            covered: date | None = None
            for first, _ in swipes:
                window = [each for each in swipes if 0 <= (each[0] - first).days <= AGAIN_DAYS]
                if len(window) < AGAIN_COUNT or sum(fen for _, fen in window) < AGAIN_AMOUNT:
                    continue
                if covered is None or first > covered:
                    hits.add(f"{key}:{first}")
                covered = max(covered or first, window[-1][0])
        return hits

    def cash_instead(self) -> set[str]:
        return {
            voucher.subject
            for voucher in self.oracle.live
            if voucher.agency in self.oracle.treasury_of
            and any(
                entry["set_mode_code"] == "1"
                and entry["dep_bgt_eco_code"] in COMPULSORY
                and CASH_FROM <= entry["amt"] < CASH_BELOW
                for entry in voucher.expense_entries
            )
        }


RULES: dict[str, Callable[[Cards], set[str]]] = {
    "CARD-002": lambda cards: cards.odd_times(),
    "CARD-003": lambda cards: cards.split(),
    "CARD-004": lambda cards: cards.cash_advances(),
    "CARD-005": lambda cards: cards.unclaimed(),
    "CARD-006": lambda cards: cards.claimed_twice(),
    "CARD-007": lambda cards: cards.claimed_too_much(),
    "CARD-008": lambda cards: cards.cash_instead(),
    "CARD-009": lambda cards: cards.after_leaving(),
    "CARD-010": lambda cards: cards.two_cities(),
    "CARD-011": lambda cards: cards.again_and_again(),
    "CARD-012": lambda cards: cards.refunded_and_claimed(),
}


def judge(oracle: Oracle) -> Hits:
    """Open hits of the family's rules."""
    cards = Cards(oracle)
    return {rule: find(cards) for rule, find in RULES.items()}
