"""Begins a rule: the SQL and YAML pair, with unit tests that fail until filled in, its entry in the
list and the rows of its thresholds.

What is to be filled in is marked 待填; a test of the library fails while the mark is there.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from huiyan.backtest.parameters import number
from huiyan.errors import ConfigurationError
from huiyan.rules import catalogue
from huiyan.rules.life_cycle import ISSUED_ON, shipped_history
from huiyan.rules.missing import OPEN_END, TO_FILL_IN

LAYER = "rules"
RULE_ID = re.compile(r"[A-Z]{2,6}-[0-9]{3}")
WORDS = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# PostgreSQL cuts names at 63: test_<model>__near_miss_<case> must leave some for the case.
LONGEST_MODEL = 34
LISTED = re.compile(r"^    '(rule_[a-z]+_[0-9]{3}_\w+)',$", re.MULTILINE)


# Of what one hit of the rule follows, if it is to be judged over that alone.
SLICES = {
    "record": "one voucher with its entries, attachments, claims; one payment; one swipe",
    "booking": "one payment and the vouchers that name it",
    "card_booking": "one swipe and the vouchers that name it",
    "invoice": "the vouchers that have one invoice number",
    "invoice_run": "one unit's invoices of one seller that may have consecutive numbers",
    "file": "the vouchers that one file is attached to",
    "letter": "the reception papers that bear one letter's number",
    "claim": "one unit's claims of one counterparty, economic code and amount",
    "month_code": "all units' expenses under one economic code in one accounting period",
    "advance": "what one counterparty owes to one account set on one advance account",
    "service_payee": "all units' expenses for services of one counterparty",
    "payee": "one unit's payments to one account",
    "payee_name": "one unit's payments to one name",
    "economic_code": "one unit's payments under one economic code",
    "merchant": "one card's swipes at one merchant, with what books them",
    "card_day": "one card's swipes on a day and on those next to it",
    "payee_account": "the names under which one account was paid, by all units",
    "digits": "the first digits of one account set's amounts in one year",
    "numbering": "the voucher numbers of one account set in one year",
}


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


def begin(
    rule_id: str,
    what_is_wrong: str,
    subject_type: str = "voucher",
    thresholds: Iterable[str] = (),
    *,
    new_family: bool = False,
) -> list[Path]:
    """Write the pair, the entry in rule_results.sql and the thresholds; returns the files written.

    Args:
        thresholds: as `name=value`; each becomes a row of rule_parameters.csv, is listed in the
            YAML, given in its tests and read in the SQL.
        new_family: it is the first rule of its family.

    Raises:
        ConfigurationError: the id is malformed or taken, its family unknown (or not new), the
            words, the subject or a threshold are not usable; nothing is written then.
    """
    rule_id = rule_id.upper()
    _check_id(rule_id, new_family=new_family)
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
    values = _values(thresholds)
    names = {
        **asdict(subject),
        **_of_thresholds(rule_id, subject, values),
        "slices": "\n".join(f"        #   {name:<14} {what}" for name, what in SLICES.items()),
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
    written.append(_list(model))
    return [*written, _add_rows(rule_id, values)] if values else written


def _check_id(rule_id: str, *, new_family: bool) -> None:
    if not RULE_ID.fullmatch(rule_id):
        raise ConfigurationError(
            f"{rule_id!r} is no rule id: a family of 2 to 6 letters, a hyphen, three digits, e.g. "
            "VOU-021."
        )
    taken = {*catalogue.load_rules(), *shipped_history()}
    family = rule_id.split("-")[0]
    families = sorted({other.split("-")[0] for other in taken})
    if family not in families and not new_family:
        raise ConfigurationError(
            f"There is no family {family}: {', '.join(families)}. Take one of them, or say "
            "--new-family if none fits."
        )
    if family in families and new_family:
        raise ConfigurationError(f"{family} is no new family: leave --new-family out.")
    if rule_id in taken:
        numbers = [int(other.split("-")[1]) for other in taken if other.split("-")[0] == family]
        raise ConfigurationError(
            f"{rule_id} exists, or existed, and an id is never used again. The first free one "
            f"after the last is {family}-{max(numbers) + 1:03}."
        )


def _values(thresholds: Iterable[str]) -> dict[str, str]:
    """Values by name, in plain digits."""
    values: dict[str, str] = {}
    for said in thresholds:
        name, _, value = (part.strip() for part in said.partition("="))
        if not WORDS.fullmatch(name) or not value:
            raise ConfigurationError(
                f"--threshold {said}: write name=value, the name in small letters, digits and "
                "underscores, e.g. min_amount=5000."
            )
        if name in values:
            raise ConfigurationError(f"--threshold {said}: {name} is set twice.")
        amount = number(f"--threshold {said}", value)
        if amount < 0:
            raise ConfigurationError(
                f"--threshold {said}: a threshold is not negative; say in the SQL which way it is "
                "compared."
            )
        values[name] = f"{amount:f}"
    return values


def _compared(name: str, subject: Subject) -> str:
    """What a threshold of that name is most likely held against, with the comparison."""
    if name.endswith("days"):
        return f"{{{{ days_between(business_date(), '{subject.occurred_on}') }}}} >"
    return f"{subject.amount} >="


def _of_thresholds(rule_id: str, subject: Subject, values: dict[str, str]) -> dict[str, str]:
    """What the templates say of the thresholds; the YAML's tests share one anchor."""
    conditions = "".join(
        f"\n        and {_compared(name, subject)} {{{{ rule_parameter('{rule_id}', '{name}') }}}}"
        for name in values
    )
    rows = "".join(
        f'          - {{rule_id: {rule_id}, parameter: {name}, value: "{value}", '
        f'valid_from: "{ISSUED_ON}"}}\n'
        for name, value in values.items()
    )
    given = "      - input: ref('rule_parameters')\n        rows:"
    return {
        "condition": f"\n        false{conditions}" if values else " false",
        "parameters": ", ".join(values),
        "thresholds": f"{given} &thresholds\n{rows}" if values else "",
        "same_thresholds": f"{given} *thresholds\n" if values else "",
    }


def _add_rows(rule_id: str, values: dict[str, str]) -> Path:
    """Add the thresholds to the reviewed seed, after the last row of the rule's family."""
    path = catalogue.PARAMETERS
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    family = rule_id.split("-")[0]
    of_family = [place for place, line in enumerate(lines) if line.startswith(f"{family}-")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for name, value in values.items():
        writer.writerow(
            [
                rule_id,
                name,
                value,
                ISSUED_ON,
                OPEN_END,
                f"{TO_FILL_IN}：依据",
                f"{TO_FILL_IN}：批准人",
            ]
        )
    place = of_family[-1] + 1 if of_family else len(lines)
    lines[place - 1] = lines[place - 1].rstrip("\n") + "\n"
    path.write_text("".join([*lines[:place], text.getvalue(), *lines[place:]]), encoding="utf-8")
    return path


def _list(model: str) -> Path:
    """Add the model to the list of rules, after the last one of its family."""
    path = catalogue.results_of(LAYER)
    text = path.read_text(encoding="utf-8")
    listed = list(LISTED.finditer(text))
    family = model.split("_")[1]
    after = next(
        (found for found in reversed(listed) if found[1].split("_")[1] == family), listed[-1]
    )
    path.write_text(f"{text[: after.end()]}\n    '{model}',{text[after.end() :]}", encoding="utf-8")
    return path
