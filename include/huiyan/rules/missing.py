"""What a rule still lacks before the library takes it: each with the file and what to write there.

The tests of the library hold every rule to more than this; what is said here is what the writer of
one forgets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from huiyan.alerts import evidence, words
from huiyan.feeds.contract import load_contracts
from huiyan.rules import catalogue
from huiyan.rules.catalogue import Rule, load_parameters
from huiyan.rules.life_cycle import ISSUED_ON, newest_status, shipped_history
from huiyan.settings import REPOSITORY
from huiyan.warehouse.reviewed import RULE_STATUS

TO_FILL_IN = "待填"
KINDS = {
    "hit": "what is a hit",
    "near_miss": "what is equal to a threshold or a day inside it",
    "excluded": "what is no part of the population: undone, a field empty, lawful",
}
SCORED = ("CARD", "INV", "PAY", "SCF")
WEIGHTS = "dbt_project/seeds/rules/score_weight.csv"
OPEN_END = "9999-12-31"
FOR_EVER = f"{ISSUED_ON},{OPEN_END}"
LONGEST_NAME = 63

_READ = re.compile(r"rule_parameter\(\s*'([\w-]+)',\s*'(\w+)'\s*\)")
_EVIDENCE = re.compile(r"evidence\(\{(.*?)\}\)", re.DOTALL)
_KEY = re.compile(r"^\s*'(\w+)':", re.MULTILINE)


@dataclass(frozen=True)
class Missing:
    """One thing to do.

    Attributes:
        where: the file in the repository, with the line if it is there already.
        what: what to write.
        is_in_the_way: the library cannot be evaluated without it.
    """

    where: str
    what: str
    is_in_the_way: bool = False


def missing(rule: Rule) -> list[Missing]:
    """Everything the rule lacks, in the order in which it is best done; empty if nothing."""
    return [
        *_list_entry(rule),
        *_parameters(rule),
        *_unfilled(rule),
        *_words(rule),
        *_unit_tests(rule),
        *_status(rule),
        *_weight(rule),
    ]


def _place(path: Path, line: int | None = None) -> str:
    inside = path.is_relative_to(REPOSITORY)
    shown = path.relative_to(REPOSITORY) if inside else Path(path.name)
    return f"{shown}" if line is None else f"{shown}:{line}"


def _list_entry(rule: Rule) -> Iterator[Missing]:
    path = catalogue.MODELS / rule.layer / f"{catalogue.RESULTS[rule.layer]}.sql"
    if f"'{rule.model}'," not in path.read_text(encoding="utf-8"):
        yield Missing(_place(path), f"a line of the list: '{rule.model}',", is_in_the_way=True)


def _parameters(rule: Rule) -> Iterator[Missing]:
    sql = rule.sql_path.read_text(encoding="utf-8")
    yml = _place(rule.sql_path.with_suffix(".yml"))
    read = set(_READ.findall(sql))
    if "after_grace(" in sql:
        read.add((catalogue.SHARED, "attachment_grace_days"))
    names = dict(zip(rule.parameter_keys, rule.parameters, strict=True))
    for rule_id, parameter in sorted(read - names.keys()):
        name = parameter if rule_id == rule.id else f"{rule_id}.{parameter}"
        yield Missing(yml, f"{name} under `parameters`: the SQL reads it", is_in_the_way=True)
    for key in sorted(names.keys() - read):
        yield Missing(
            yml, f"no {names[key]} under `parameters`, or its use in the SQL: nothing reads it"
        )
    rows = {(row.rule_id, row.parameter) for row in load_parameters()}
    for rule_id, parameter in sorted((read | names.keys()) - rows):
        yield Missing(
            _place(catalogue.PARAMETERS),
            f"a row: {rule_id},{parameter},<value>,{FOR_EVER},<legal basis>,<approved by>",
            is_in_the_way=True,
        )


def _unfilled(rule: Rule) -> Iterator[Missing]:
    for path in (rule.sql_path, rule.sql_path.with_suffix(".yml"), catalogue.PARAMETERS):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if TO_FILL_IN in line and (path != catalogue.PARAMETERS or line.startswith(rule.id)):
                yield Missing(_place(path, number), f"what is {TO_FILL_IN}: {line.strip(' -#')}")


def _words(rule: Rule) -> Iterator[Missing]:
    labels = _place(Path(evidence.__file__))
    blocks = _EVIDENCE.findall(rule.sql_path.read_text(encoding="utf-8"))
    keys = dict.fromkeys(key for block in blocks for key in _KEY.findall(block))
    for key in keys:
        if key not in evidence.LABELS:
            yield Missing(
                labels,
                f'its label in Chinese in LABELS: "{key}": "…", (also in MONEY if it is in CNY, in '
                "LISTS if it is a list)",
            )
    if rule.subject_type not in words.SUBJECT_TYPE:
        yield Missing(
            _place(Path(words.__file__)),
            f'the word for its subject in SUBJECT_TYPE: "{rule.subject_type}": "…",',
        )


def _unit_tests(rule: Rule) -> Iterator[Missing]:
    path = rule.sql_path.with_suffix(".yml")
    declared = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    names = [test["name"] for test in declared.get("unit_tests") or []]
    for kind, of_what in KINDS.items():
        begins = f"test_{rule.model}__{kind}_"
        if not any(name.startswith(begins) for name in names):
            yield Missing(_place(path), f"a unit test {begins}…: {of_what}")
    for name in names:
        if len(name) > LONGEST_NAME:
            yield Missing(_place(path), f"a name of at most {LONGEST_NAME} characters for {name}")
    for feed in rule.needs:
        if feed not in load_contracts():
            yield Missing(_place(path), f"another feed under `needs`: there is no {feed}")


def _status(rule: Rule) -> Iterator[Missing]:
    newest = newest_status(shipped_history().get(rule.id, ()))
    if rule.status != newest:
        yield Missing(
            _place(RULE_STATUS.seed),
            f"a row: {rule.id},{rule.version},{rule.status},<valid_from>,<made_by>,<approved_by>,"
            f"<reason>; or `status: {newest}` in the YAML",
        )


def _weight(rule: Rule) -> Iterator[Missing]:
    is_scored = rule.family in SCORED and rule.layer == "rules"
    weights = (REPOSITORY / WEIGHTS).read_text(encoding="utf-8")
    if is_scored and not re.search(rf"^{rule.id},", weights, re.MULTILINE):
        yield Missing(
            WEIGHTS, f"a row: {rule.id},<weight>,<reason>,{FOR_EVER},product default,unverified"
        )
