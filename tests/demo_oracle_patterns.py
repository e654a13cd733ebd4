"""The rules that read other rules' hits in plain Python, from the rule library's text.

They know what the other rules found on each evaluated date, and nothing of the rows themselves but
which unit a hit concerns and when a voucher was reversed.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from demo_oracle import Hits, Oracle, Record, Voucher, days, normalised
from demo_oracle_coffers import PROOFS, SHARED_CODES, paid_on
from huiyan.rules.catalogue import load_rules
from huiyan.settings import REPOSITORY

SYSTEMIC_UNITS, SYSTEMIC_DAYS = 5, 90
REVERSED_DAYS = 30
SCORE, SCORED_RULES, SCORED_DAYS = 30, 3, 90
SCORED_FAMILIES = ("SCF", "PAY", "CARD", "INV")
NOT_COUNTED = ("STAT", "LOOP")
PUSHED = {rule.id for rule in load_rules().values() if rule.status in ("trial", "fixed")}
TYPES = {rule.id: rule.subject_type for rule in load_rules().values()}
with (REPOSITORY / "dbt_project/seeds/rules/score_weight.csv").open(encoding="utf-8") as _file:
    WEIGHTS = {row["rule_id"]: int(row["weight"]) for row in csv.DictReader(_file)}
_seed = REPOSITORY / "dbt_project/seeds/supervision/rule_matter_class.csv"
with _seed.open(encoding="utf-8") as _file:
    CLASSES = {row["rule_id"]: row["matter_class"] for row in csv.DictReader(_file)}

Key = tuple[str, str]


@dataclass
class History:
    """What the other rules found on the dates evaluated so far.

    `found` has every date on which a hit was found anew, `open` the hits open at the end, `units`
    the finance and treasury code of the unit a hit concerned when it was last found anew.
    """

    found: dict[Key, list[str]] = field(default_factory=lambda: defaultdict(list))
    open: set[Key] = field(default_factory=set)
    units: dict[Key, tuple[str, str]] = field(default_factory=dict)

    def add(self, day: str, concerned: dict[Key, tuple[str, str]]) -> None:
        """One more date, with the unit of every hit found on it."""
        for key in concerned.keys() - self.open:
            self.found[key].append(day)
            self.units[key] = concerned[key]
        self.open = set(concerned)

    def first_found(self, key: Key) -> str:
        """The first date on which it was ever found."""
        return min(self.found[key])


class Concerned:
    """Finds the unit a hit concerns, the later or paying one of several."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.payments = {each["voucher_no"]: each for each in oracle.feeds["treasury_payments"]}
        self.swipes = {each["txn_no"]: each for each in oracle.feeds["card_transactions"]}
        self.cards = {each["card_no"]: each for each in oracle.feeds["card_transactions"]}
        self.leases = {each["lease_no"]: each for each in oracle.feeds["leases"]}
        self.books = {v.subject.split("/")[0]: v.agency for v in oracle.vouchers.values()}
        self.finance = {each["agency_code"] for each in oracle.feeds["finance_users"]}
        self.papers: dict[str, list[Voucher]] = defaultdict(list)
        self.payees: dict[str, list[Voucher]] = defaultdict(list)
        for voucher in oracle.live:
            for paper in voucher.attachments:
                for name in _papers_names(paper):
                    self.papers[name].append(voucher)
            for entry in voucher.expense_entries:
                self.payees[entry["fund_tra_obj_name"] or ""].append(voucher)

    def codes(self, rule: str, subject: str) -> tuple[str, str]:
        """Finance and treasury code, empty where the unit has none."""
        code = self._code(rule, subject)
        if code in self.finance:
            return code, self.oracle.treasury_of.get(code, "")
        return self.oracle.finance_of.get(code, ""), code

    def _code(self, rule: str, subject: str) -> str:
        kind, head = TYPES[rule], subject.split(":")[0]
        if kind in ("voucher", "payment"):  # SCF-006 has both
            voucher = self.oracle.vouchers.get(subject)
            return voucher.agency if voucher else str(self.payments[subject]["agency_code"])
        if kind == "card_transaction":
            return str(self.swipes[subject]["agency_code"])
        if kind == "card_group":
            return str(self.cards[head]["agency_code"])
        if kind in ("accounting_period", "advance", "acct_set_year"):
            return self.books[head.split("/")[0]]
        if kind == "lease":
            return str(self.leases[subject]["agency_code"])
        if kind in ("invoice", "attachment_file", "letter"):
            return self._latest(self.papers[subject])
        if kind == "payee":
            return self._latest(self._bare(subject))
        if kind == "payee_account":
            return self._latest_payer(rule, subject)
        if kind == "account":
            return self.oracle._owner(subject) or ""
        return subject.split(":")[1] if rule == "SCF-003" else head

    @staticmethod
    def _latest(vouchers: Iterable[Voucher]) -> str:
        return max(vouchers, key=lambda each: (each.event, each.posting, each.subject)).agency

    def _bare(self, payee: str) -> list[Voucher]:
        """Vouchers with that payee that SCF-005 is about."""
        return [
            voucher
            for voucher in self.payees[payee]
            if self.oracle._out_of_grace(voucher)
            and not any(map(voucher.has, PROOFS))
            and any(
                (entry["dep_bgt_eco_code"] or "").startswith(SHARED_CODES)
                for entry in voucher.expense_entries
            )
        ]

    def _latest_payer(self, rule: str, account: str) -> str:
        paid = [each for each in self.oracle.payments if each["payee_acct_no"] == account]
        if rule == "SCF-001":
            users = self.oracle.feeds["finance_users"] + self.oracle.feeds["treasury_users"]
            names = {normalised(user["agency_name"]) for user in users + self.oracle.former_users}
            paid = [each for each in paid if normalised(each["payee_acct_name"]) in names]
        return str(max(paid, key=lambda each: (paid_on(each), each["voucher_no"]))["agency_code"])


def _papers_names(paper: Record) -> set[str]:
    """The subjects a paper may belong to: its file, its invoice number, its letter number."""
    names = {str(paper["file_sha256"]).lower()}
    if paper["attachment_type"] == "invoice" and paper["invoice_no"]:
        names.add(f"{paper['invoice_code'] or ''}-{paper['invoice_no']}")
    if paper["attachment_type"] == "official_letter" and paper["visit_unit"]:
        names.add(f"{paper['document_no']}:{normalised(paper['visit_unit'])}")
    return names


def judge(oracle: Oracle, history: History) -> Hits:
    """Open hits of the rules that read other rules' hits."""
    return {
        "LOOP-001": {
            subject
            for subject, units in systemic(oracle, history).items()
            if len(units) >= SYSTEMIC_UNITS
        },
        "LOOP-003": claimed_closed(oracle, history),
        "LOOP-004": reversed_after(oracle, history),
        "SCF-008": small_coffers(history),
    }


def populations(oracle: Oracle) -> dict[str, int]:
    """How many subjects the rules look at of which ordinary cases make hits too."""
    finance = {user["agency_code"] for user in oracle.feeds["finance_users"]}
    treasury = {user["agency_code"] for user in oracle.feeds["treasury_users"]}
    lone = treasury - {oracle.treasury_of.get(code) for code in finance}
    return {"SCF-008": len(finance) + len(lone)}


def regulators(oracle: Oracle) -> dict[tuple[str, str], str]:
    """Platform and code of a user → its regulator on the day."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for row in oracle.feeds["jurisdictions"]:
        if row["valid_from"] <= oracle.day <= (row["valid_to"] or "9999"):
            key = (row["platform"], row["agency_code"])
            found[key] = max(
                found.get(key, ("", "")), (row["valid_from"], row["regulator_body_code"])
            )
    return {key: body for key, (_, body) in found.items()}


def systemic(oracle: Oracle, history: History) -> dict[str, set[tuple[str, str]]]:
    """Regulator and rule with an open hit → the units in which it was found within the days."""
    bodies = regulators(oracle)
    units: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for rule, subject in history.open:
        finance, treasury = history.units[rule, subject]
        body = bodies.get(("finance", finance)) or bodies.get(("treasury", treasury))
        if rule not in PUSHED or rule.startswith(NOT_COUNTED) or not body:
            continue
        concerned = units[f"{body}:{rule}"]
        if days(oracle.day, history.first_found((rule, subject))) < SYSTEMIC_DAYS:
            concerned.add((finance, treasury))
    return units


def is_after_claim(happened: str, claimed: str) -> bool:
    """On a day after the claim."""
    return happened > claimed


def claimed_closed(
    oracle: Oracle, history: History, is_after: Callable[[str, str], bool] = is_after_claim
) -> set[str]:
    """Problems claimed to be closed with an open hit of their class of a later day in the unit.

    Only hits about vouchers and payments have a date here; no problem of the demo rests on others.
    """
    payments = {each["voucher_no"]: each for each in oracle.payments}
    happened: dict[tuple[str, str], set[str]] = defaultdict(set)
    for rule, subject in history.open:
        if rule not in PUSHED or rule not in CLASSES:
            continue
        finance, _ = history.units[rule, subject]
        if subject in oracle.vouchers:
            happened[finance, CLASSES[rule]].add(oracle.vouchers[subject].event)
        elif subject in payments:
            happened[finance, CLASSES[rule]].add(paid_on(payments[subject]))
    return {
        problem["problem_no"]
        for problem in oracle.feeds["rectifications"]
        if problem["claimed_closed_on"]
        and problem["claimed_closed_on"] <= oracle.day
        and any(
            is_after(day, problem["claimed_closed_on"])
            for day in happened[problem["agency_code"], problem["problem_class"]]
        )
    }


def reversed_on(oracle: Oracle) -> dict[str, str]:
    """Voucher → posting date of the first reversal that names it."""
    same: dict[tuple[str, int, str], list[Voucher]] = defaultdict(list)
    for voucher in oracle.vouchers.values():
        first = voucher.entries[0]
        same[first["acct_set_code"], first["fiscal_year"], first["voucher_no"]].append(voucher)
    found: dict[str, str] = {}
    for reversal in oracle.vouchers.values():
        if not reversal.is_reversal:
            continue
        first = reversal.entries[0]
        for number in {entry["red_vou_no"] for entry in reversal.entries} - {None}:
            candidates = [
                each
                for each in same[first["acct_set_code"], first["fiscal_year"], number]
                if each is not reversal and each.entries[0]["acct_period"] <= first["acct_period"]
            ]
            if candidates:
                named = max(candidates, key=lambda each: each.entries[0]["acct_period"]).subject
                found[named] = min(found.get(named, reversal.posting), reversal.posting)
    return found


def is_reversed_after(pushed: str, reversal: str) -> bool:
    """On one of the days after the push."""
    return 0 < days(reversal, pushed) <= REVERSED_DAYS


def reversed_after(
    oracle: Oracle, history: History, is_after: Callable[[str, str], bool] = is_reversed_after
) -> set[str]:
    """Vouchers reversed within the days after one of their alerts was pushed."""
    reversals = reversed_on(oracle)
    return {
        subject
        for (rule, subject), found in history.found.items()
        if rule in PUSHED
        and subject in oracle.vouchers
        and subject in reversals
        and any(is_after(pushed, reversals[subject]) for pushed in found)
    }


def small_coffers(history: History) -> set[str]:
    """Units whose open hits of the families reach the score within the days, of three rules."""
    scored: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for rule, subject in history.open:
        if rule in PUSHED and rule.split("-")[0] in SCORED_FAMILIES and rule in WEIGHTS:
            finance, treasury = history.units[rule, subject]
            unit = f"F{finance}" if finance else f"T{treasury}"
            scored[unit].append((history.first_found((rule, subject)), rule))
    return {
        unit
        for unit, each in scored.items()
        if any(
            _is_enough([r for d, r in each if 0 <= days(d, day) <= SCORED_DAYS]) for day, _ in each
        )
    }


def _is_enough(rules: list[str]) -> bool:
    return sum(WEIGHTS[rule] for rule in rules) >= SCORE and len(set(rules)) >= SCORED_RULES
