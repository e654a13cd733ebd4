"""Begins a rule: the SQL and YAML pair, with unit tests that fail until filled in, and its entry.

What is to be filled in is marked 待填; a test of the library fails while the mark is there.
"""

import re
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from huiyan.errors import ConfigurationError
from huiyan.rules import catalogue
from huiyan.rules.life_cycle import shipped_history

TO_FILL_IN = "待填"
LAYER = "rules"
RULE_ID = re.compile(r"[A-Z]{2,6}-[0-9]{3}")
WORDS = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# PostgreSQL cuts names at 63: test_<model>__near_miss_<case> must leave some for the case.
LONGEST_MODEL = 34
LISTED = re.compile(r"^    '(rule_[a-z]+_[0-9]{3}_\w+)',$", re.MULTILINE)


@dataclass(frozen=True)
class Subject:
    """What a rule about one kind of subject begins with: model, columns and feed."""

    subject_type: str
    rows: str
    model: str
    subject_id: str
    occurred_on: str
    amount: str
    words: str
    words_key: str
    feed: str


SUBJECTS = {
    subject.subject_type: subject
    for subject in (
        Subject(
            "voucher",
            "vouchers",
            "int_voucher",
            "voucher_id",
            "event_date",
            "expense_amount",
            "summary",
            "summary",
            "finance_vouchers",
        ),
        Subject(
            "payment",
            "payments",
            "int_payment",
            "payment_no",
            "pay_date",
            "amount",
            "pay_summary_name",
            "purpose",
            "treasury_payments",
        ),
        Subject(
            "card_transaction",
            "transactions",
            "int_card_transaction",
            "txn_no",
            "txn_date",
            "amount",
            "merchant_name",
            "merchant_name",
            "card_transactions",
        ),
    )
}


def begin(rule_id: str, what_is_wrong: str, subject_type: str = "voucher") -> list[Path]:
    """Write the pair and the entry in rule_results.sql; returns the files written.

    Raises:
        ConfigurationError: the id is malformed or taken, the words or the subject are not usable;
            nothing is written then.
    """
    rule_id = rule_id.upper()
    _check_id(rule_id)
    model = f"rule_{rule_id.lower().replace('-', '_')}_{what_is_wrong}"
    if not WORDS.fullmatch(what_is_wrong) or len(model) > LONGEST_MODEL:
        room = LONGEST_MODEL - len(model) + len(what_is_wrong)
        raise ConfigurationError(
            f"{what_is_wrong!r} must be small letters, digits and underscores, at most {room} "
            "characters long, e.g. no_reviewer."
        )
    subject = SUBJECTS.get(subject_type)
    if subject is None:
        raise ConfigurationError(
            f"There is no skeleton for {subject_type!r}; there are {', '.join(SUBJECTS)}. Begin "
            "with the nearest one."
        )
    names = {
        **asdict(subject),
        "amount_column": "amount" if subject.amount == "amount" else f"{subject.amount} as amount",
        "rule_id": rule_id,
        "rule_model": model,
        "family": rule_id.split("-")[0],
    }
    templates = files("huiyan.rules") / "templates"
    written = []
    for suffix in (".sql", ".yml"):
        text = (templates / f"rule{suffix}.txt").read_text(encoding="utf-8")
        path = catalogue.MODELS / LAYER / f"{model}{suffix}"
        path.write_text(Template(text).substitute(names), encoding="utf-8")
        written.append(path)
    return [*written, _list(model)]


def _check_id(rule_id: str) -> None:
    if not RULE_ID.fullmatch(rule_id):
        raise ConfigurationError(
            f"{rule_id!r} is no rule id: a family of 2 to 6 letters, a hyphen, three digits, e.g. "
            "VOU-021."
        )
    taken = {*catalogue.load_rules(), *shipped_history()}
    if rule_id in taken:
        family = rule_id.split("-")[0]
        numbers = [int(other.split("-")[1]) for other in taken if other.split("-")[0] == family]
        raise ConfigurationError(
            f"{rule_id} exists, or existed, and an id is never used again. The first free one "
            f"after the last is {family}-{max(numbers) + 1:03}."
        )


def _list(model: str) -> Path:
    """Add the model to the list of rules, after the last one of its family."""
    path = catalogue.MODELS / LAYER / f"{catalogue.RESULTS[LAYER]}.sql"
    text = path.read_text(encoding="utf-8")
    listed = list(LISTED.finditer(text))
    family = model.split("_")[1]
    after = next(
        (found for found in reversed(listed) if found[1].split("_")[1] == family), listed[-1]
    )
    path.write_text(f"{text[: after.end()]}\n    '{model}',{text[after.end() :]}", encoding="utf-8")
    return path
