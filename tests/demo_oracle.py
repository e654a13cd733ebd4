"""The definitions of the fifteen rules in plain Python, applied to the generated rows.

Written from the rule library's text, on purpose without SQL and without the generator's knowledge:
what it finds is what the rules must find.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from huiyan.feeds.contract import load_contract

GRACE, LATE, SILENT = 3, 30, 90
THRESHOLD = 20_000_000
BARRED = {
    "5813",
    "5921",
    "5944",
    "5993",
    "7273",
    "7297",
    "7298",
    "7911",
    "7994",
    "7995",
}
NONCASH = ("1602", "1702", "1802", "1832", "1401", "1901", "1219", "2201", "2401", "2601")
OWN_NAMES = ("江南省", "扬江市", "云溪区")
Record = dict[str, Any]
Hits = dict[str, set[str]]


def days(later: str, earlier: str) -> int:
    """Calendar days between two ISO dates."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def normalised(name: str) -> str:
    """A name as names are compared."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"[\s()\[\]{}〔〕【】<>]", "", plain)
    for place in OWN_NAMES:
        if plain.startswith(place) and plain != place:
            plain = plain[len(place) :]
    return re.sub(r"(.)本级$", r"\1", plain.replace("人民政府", "政府"))


def records(feed: str, rows: Iterable[tuple[Any, ...]]) -> list[Record]:
    """Rows as dictionaries by column name."""
    columns = [column.name for column in load_contract(feed).columns]
    return [dict(zip(columns, row, strict=True)) for row in rows]


@dataclass
class Voucher:
    """A voucher as a whole."""

    subject: str
    agency: str
    entries: list[Record] = field(default_factory=list)
    attachments: list[Record] = field(default_factory=list)
    is_live: bool = True

    @property
    def is_reversal(self) -> bool:
        return any(entry["red_flag"] for entry in self.entries)

    @property
    def posting(self) -> str:
        return str(max(entry["poster_date"] for entry in self.entries))

    @property
    def event(self) -> str:
        bills = [entry["bill_date"] for entry in self.entries if entry["bill_date"]]
        return str(min(bills or [entry["voucher_date"] for entry in self.entries]))

    @property
    def expense_entries(self) -> list[Record]:
        return [e for e in self.entries if e["dr_cr"] == "D" and e["gov_acct_cls_code"][0] == "5"]

    @property
    def expense(self) -> int:
        return sum(entry["amt"] for entry in self.expense_entries)

    @property
    def is_noncash(self) -> bool:
        credits = [
            entry["gov_acct_cls_code"]
            for entry in self.entries
            if entry["dr_cr"] == "C" and entry["gov_acct_cls_code"][0] in "12345"
        ]
        return bool(credits) and all(code.startswith(NONCASH) for code in credits)

    def has(self, kind: str) -> bool:
        return any(paper["attachment_type"] == kind for paper in self.attachments)


class Oracle:
    """Judges a district's rows as of one business date.

    `feeds` holds the rows in force of each feed. `former_users` are finance users as they were
    named before, `former_accounts` accounts that were registered once. `pairs` are the pairs of
    finance and treasury codes that matching makes, `waiting` treasury codes that wait for review,
    `keepers` the finance codes that keep a treasury user's books.
    """

    def __init__(
        self,
        day: str,
        feeds: dict[str, list[Record]],
        former_users: list[Record],
        former_accounts: set[str],
        pairs: set[tuple[str, str]],
        waiting: set[str],
        keepers: dict[str, str],
    ) -> None:
        self.day = day
        self.feeds = feeds
        self.former_users = former_users
        self.accounts = {each["account_no"]: each for each in feeds["accounts"]}
        self.account_numbers = set(self.accounts) | former_accounts
        self.finance_of = {treasury: finance for finance, treasury in pairs}
        self.treasury_of = dict(pairs)
        self.waiting = waiting
        self.keepers = keepers
        self.vouchers = self._vouchers()
        self.live = [voucher for voucher in self.vouchers.values() if voucher.is_live]
        self.payments = [p for p in feeds["treasury_payments"] if p["status"] == "paid"]

    def judge(self) -> Hits:
        """Open hits of every rule."""
        return {
            "VOU-001": self.booked_late(),
            "ATT-001": self.no_attachment(),
            "ATT-002": self.fewer_attachments(),
            "INV-001": self.irregular_invoices(),
            "INV-002": self.wrong_buyers(),
            "INV-005": self.booked_twice(),
            "REC-001": self.receptions_without("official_letter"),
            "REC-002": self.receptions_without("reception_list"),
            "CARD-001": self.barred_merchants(),
            "PAY-001": self.to_own_accounts(),
            "BOOK-001": self.no_books(),
            "BOOK-002": self.not_booked(),
            "SCF-001": self.off_register(),
            "SCF-004": self.rent_without_income(),
            "PROC-001": self.split_purchases(),
        }

    # --- vouchers --------------------------------------------------------------------------

    def _vouchers(self) -> dict[str, Voucher]:
        found: dict[str, Voucher] = {}
        for entry in self.feeds["finance_vouchers"]:
            subject = self._subject(entry)
            found.setdefault(subject, Voucher(subject, entry["agency_code"])).entries.append(entry)
        for paper in self.feeds["finance_attachments"]:
            subject = self._subject(paper)
            if subject in found:
                found[subject].attachments.append(paper)
        numbers: dict[tuple[str, int, str], list[tuple[int, Voucher]]] = defaultdict(list)
        for voucher in found.values():
            first = voucher.entries[0]
            key = (first["acct_set_code"], first["fiscal_year"], first["voucher_no"])
            numbers[key].append((first["acct_period"], voucher))
        for voucher in found.values():
            if not voucher.is_reversal:
                continue
            voucher.is_live = False
            first = voucher.entries[0]
            for named in {e["red_vou_no"] for e in voucher.entries if e["red_vou_no"]}:
                key = (first["acct_set_code"], first["fiscal_year"], named)
                candidates = [
                    (period, other)
                    for period, other in numbers[key]
                    if period <= first["acct_period"]
                ]
                if candidates:
                    max(candidates, key=lambda each: each[0])[1].is_live = False
        return found

    @staticmethod
    def _subject(row: Record) -> str:
        return (
            f"{row['acct_set_code']}/{row['fiscal_year']}/{row['acct_period']:02d}"
            f"/{row['voucher_no']}"
        )

    def _out_of_grace(self, voucher: Voucher) -> bool:
        return days(self.day, voucher.posting) >= GRACE

    def booked_late(self) -> set[str]:
        return {v.subject for v in self.live if days(v.posting, v.event) > LATE}

    def no_attachment(self) -> set[str]:
        return {
            v.subject
            for v in self.live
            if v.expense >= 1000_00
            and not v.attachments
            and not v.is_noncash
            and self._out_of_grace(v)
        }

    def fewer_attachments(self) -> set[str]:
        hits = set()
        for voucher in self.live:
            declared = max((e["vou_cnt"] or 0 for e in voucher.entries), default=0)
            if 0 < len(voucher.attachments) < declared and self._out_of_grace(voucher):
                hits.add(voucher.subject)
        return hits

    def receptions_without(self, kind: str) -> set[str]:
        return {
            v.subject
            for v in self.live
            if any((e["dep_bgt_eco_code"] or "").startswith("30217") for e in v.expense_entries)
            and not v.has(kind)
            and self._out_of_grace(v)
        }

    # --- invoices --------------------------------------------------------------------------

    @staticmethod
    def _invoices(voucher: Voucher) -> list[Record]:
        return [paper for paper in voucher.attachments if paper["attachment_type"] == "invoice"]

    def irregular_invoices(self) -> set[str]:
        hits = set()
        for voucher in self.live:
            for paper in self._invoices(voucher):
                number, code = paper["invoice_no"] or "", paper["invoice_code"] or ""
                if not number:
                    continue
                regular = (
                    (re.fullmatch("[0-9]{8}", number) and re.fullmatch("[0-9]{10}|[0-9]{12}", code))
                    or (re.fullmatch("[0-9]{20}", number) and not code)
                    or (re.fullmatch("[0-9]{10}", number) and re.fullmatch("[0-9]{8}", code))
                )
                if not regular:
                    hits.add(voucher.subject)
        return hits

    def wrong_buyers(self) -> set[str]:
        names_of, codes_of = self._known_names_and_codes()
        hits = set()
        for voucher in self.live:
            for paper in self._invoices(voucher):
                buyer, tax_no = paper["buyer_name"], paper["buyer_tax_no"]
                names, codes = names_of[voucher.agency], codes_of[voucher.agency]
                if buyer and normalised(buyer) not in names:
                    hits.add(voucher.subject)
                if tax_no and codes and tax_no not in codes:
                    hits.add(voucher.subject)
        return hits

    def _known_names_and_codes(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Names and credit codes of each finance user's unit and of its parent."""
        own_names: dict[str, set[str]] = defaultdict(set)
        own_codes: dict[str, set[str]] = defaultdict(set)
        parents: dict[str, set[str]] = defaultdict(set)
        treasury = {each["agency_code"]: each for each in self.feeds["treasury_users"]}
        for user in self.feeds["finance_users"] + self.former_users:
            code = user["agency_code"]
            sides = [(user, user["parent_name"])]
            if code in self.treasury_of:
                other = treasury[self.treasury_of[code]]
                sides.append((other, other["sup_dep_name"]))
            for side, parent in sides:
                own_names[code].add(normalised(side["agency_name"]))
                if side["uscc"]:
                    own_codes[code].add(side["uscc"])
                if parent:
                    parents[code].add(normalised(parent))
        by_name: dict[str, set[str]] = defaultdict(set)
        for code, names in own_names.items():
            for name in names:
                by_name[name].add(code)
        all_names: dict[str, set[str]] = defaultdict(set)
        all_codes: dict[str, set[str]] = defaultdict(set)
        for code, names in own_names.items():
            all_names[code] = names | parents[code]
            all_codes[code] = set(own_codes[code])
            for parent in parents[code]:
                for above in by_name[parent]:
                    all_names[code] |= own_names[above]
                    if own_codes[code]:
                        all_codes[code] |= own_codes[above]
        return all_names, all_codes

    def booked_twice(self) -> set[str]:
        vouchers: dict[str, dict[str, int]] = defaultdict(dict)
        amounts: dict[str, list[int | None]] = defaultdict(list)
        for voucher in self.live:
            for paper in self._invoices(voucher):
                if paper["invoice_no"]:
                    key = f"{paper['invoice_code'] or ''}-{paper['invoice_no']}"
                    vouchers[key][voucher.subject] = voucher.expense
                    amounts[key].append(paper["amount"])
        hits = set()
        for key, expenses in vouchers.items():
            if len(expenses) < 2:
                continue
            known = [amount for amount in amounts[key] if amount is not None]
            if not known or sum(expenses.values()) > max(known):
                hits.add(key)
        return hits

    # --- cards and payments ----------------------------------------------------------------

    def barred_merchants(self) -> set[str]:
        swipes = sorted(
            self.feeds["card_transactions"], key=lambda each: (each["txn_at"], each["txn_no"])
        )
        undone: set[str] = set()
        for place, refund in enumerate(swipes):
            if refund["txn_type"] != "refund":
                continue
            for earlier in reversed(swipes[:place]):
                same = all(
                    earlier[name] == refund[name] for name in ("card_no", "merchant_name", "amount")
                )
                if (
                    same
                    and earlier["txn_type"] == "purchase"
                    and earlier["txn_no"] not in undone
                    and days(refund["txn_at"][:10], earlier["txn_at"][:10]) <= 30
                ):
                    undone.add(earlier["txn_no"])
                    break
        return {
            each["txn_no"]
            for each in swipes
            if each["txn_type"] == "purchase"
            and each["mcc"] in BARRED
            and each["txn_no"] not in undone
        }

    def _owner(self, account: str) -> str | None:
        """The unit that owns a registered account: finance code, else treasury code."""
        row = self.accounts.get(account)
        if row is None:
            return None
        code = str(row["agency_code"])
        return self.finance_of.get(code, code) if row["platform"] == "treasury" else code

    def to_own_accounts(self) -> set[str]:
        hits = set()
        for payment in self.payments:
            paying = self.accounts.get(payment["pay_acct_no"])
            payee = self.accounts.get(payment["payee_acct_no"])
            if not paying or not payee or paying["account_kind"] != "zero_balance":
                continue
            unit = self.finance_of.get(payment["agency_code"], payment["agency_code"])
            if payee["account_kind"] in ("basic", "special", "other") and (
                self._owner(payment["payee_acct_no"]) == unit
            ):
                hits.add(payment["voucher_no"])
        return hits

    @staticmethod
    def _paid_on(payment: Record) -> str:
        return str(payment["x_pay_date"] or payment["vou_date"])

    def _keeps_books(self, treasury_code: str) -> bool:
        finance = self.keepers.get(treasury_code) or self.finance_of.get(treasury_code)
        if finance is None:
            return False
        postings = self._postings.get(finance)
        return postings is not None and days(self.day, postings) <= SILENT

    @property
    def _postings(self) -> dict[str, str]:
        if not hasattr(self, "_latest"):
            self._latest: dict[str, str] = {}
            for voucher in self.vouchers.values():
                latest = self._latest.get(voucher.agency, "")
                self._latest[voucher.agency] = max(latest, voucher.posting)
        return self._latest

    def no_books(self) -> set[str]:
        users = {each["agency_code"] for each in self.feeds["treasury_users"]}
        paid = {
            payment["agency_code"]
            for payment in self.payments
            if 0 <= days(self.day, self._paid_on(payment)) < SILENT
        }
        return {
            code
            for code in paid & users
            if not self._keeps_books(code) and code not in self.waiting
        }

    def not_booked(self) -> set[str]:
        named = {
            entry["pay_voucher_no"]
            for voucher in self.live
            for entry in voucher.entries
            if entry["pay_voucher_no"]
        }
        naming = {
            payment["agency_code"] for payment in self.payments if payment["voucher_no"] in named
        }
        return {
            payment["voucher_no"]
            for payment in self.payments
            if payment["x_pay_date"]
            and days(self.day, payment["x_pay_date"]) > 30
            and payment["voucher_no"] not in named
            and payment["agency_code"] in naming
            and self._keeps_books(payment["agency_code"])
        }

    def off_register(self) -> set[str]:
        supervised = {
            normalised(user["agency_name"])
            for user in (
                self.feeds["finance_users"] + self.former_users + self.feeds["treasury_users"]
            )
        }
        return {
            payment["payee_acct_no"]
            for payment in self.payments
            if normalised(payment["payee_acct_name"]) in supervised
            and payment["payee_acct_no"] not in self.account_numbers
        }

    def rent_without_income(self) -> set[str]:
        incomes: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for voucher in self.live:
            first = min(entry["voucher_date"] for entry in voucher.entries)
            for entry in voucher.entries:
                if entry["dr_cr"] == "C" and entry["gov_acct_cls_code"].startswith(
                    ("4605", "2103")
                ):
                    incomes[voucher.agency].append(
                        (first, entry["fund_tra_obj_name"] or "", entry["vou_det_desc"])
                    )
        hits = set()
        for lease in self.feeds["leases"]:
            if days(self.day, lease["starts_on"]) < 180 or self.day > lease["ends_on"]:
                continue
            received = any(
                day >= lease["starts_on"]
                and (
                    normalised(party) == normalised(lease["tenant_name"])
                    or lease["tenant_name"] in words
                    or lease["asset_name"] in words
                    or "租" in words
                )
                for day, party, words in incomes[lease["agency_code"]]
            )
            if not received:
                hits.add(lease["lease_no"])
        return hits

    def split_purchases(self) -> set[str]:
        groups: dict[tuple[str, str, str], list[tuple[str, str, int]]] = defaultdict(list)
        for payment in self.payments:
            if (
                payment["dep_exp_eco_code"]
                and payment["pur_met_code"] in (None, "9")
                and not payment["gov_procurement_id"]
                and payment["pay_amt"] < THRESHOLD
            ):
                key = (
                    payment["agency_code"],
                    payment["payee_acct_no"],
                    payment["dep_exp_eco_code"],
                )
                groups[key].append(
                    (self._paid_on(payment), payment["voucher_no"], payment["pay_amt"])
                )
        hits = set()
        for (agency, account, _), payments in groups.items():
            payments.sort()
            reach = ""  # the end of the windows that the last hit already covers
            for place, (start, number, _) in enumerate(payments):
                window = [each for each in payments[place:] if days(each[0], start) <= 30]
                if len(window) < 2 or sum(fen for _, _, fen in window) < THRESHOLD:
                    continue
                if start > reach:
                    hits.add(f"{agency}:{account}:{number}")
                reach = max(reach, window[-1][0])
        return hits
