"""What a rule still lacks before the library takes it: each with its place and what to write there.

The tests of the library hold every rule to more than this; what is said here is what the writer of
one forgets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path

from huiyan import yaml_file
from huiyan.alerts import evidence, words
from huiyan.feeds.contract import load_contracts
from huiyan.rules import catalogue
from huiyan.rules.catalogue import Rule, load_parameters
from huiyan.rules.life_cycle import ISSUED_ON, newest_status, shipped_history
from huiyan.rules.lineage import feeds, refs
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
DECIMALS = 2

_READ = re.compile(r"rule_parameter\(\s*'([\w-]+)',\s*'(\w+)'\s*\)")
_EVIDENCE = re.compile(r"evidence\(\{(.*?)\}\)", re.DOTALL)
_COMPARED = re.compile(r"(?P<column>\w+)\)?\s*[<>]=?\s*(?P<number>\d{2,}|\d*\.\d+)\b")
_NUMBER = re.compile(r"(?<![\d.{])\d+(?:\.\d+)?(?![\d.])")
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
        *_identity(rule),
        *_list_entry(rule),
        *_parameters(rule),
        *_values(rule),
        *_numbers(rule),
        *_unfilled(rule),
        *_words(rule),
        *_feeds(rule),
        *_unit_tests(rule),
        *_status(rule),
        *_weight(rule),
    ]


def _place(path: Path, line: int | None = None) -> str:
    inside = path.is_relative_to(REPOSITORY)
    shown = path.relative_to(REPOSITORY) if inside else Path(path.name)
    return f"{shown}" if line is None else f"{shown}:{line}"


def _line_of(path: Path, beginning: str) -> int | None:
    """Number of the first line that begins so, spaces aside."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = (number for number, line in enumerate(lines, 1) if line.strip().startswith(beginning))
    return next(found, None)


def _identity(rule: Rule) -> Iterator[Missing]:
    yml = rule.sql_path.with_suffix(".yml")
    place = _place(yml, _line_of(yml, "id:"))
    family, _, number = rule.id.partition("-")
    _, named_family, named_number, *_ = rule.model.split("_")
    if (named_family.upper(), named_number) != (family, number):
        wanted = f"{named_family.upper()}-{named_number}"
        yield Missing(
            place, f"`id: {wanted}`: the file's name says so, not {rule.id}", is_in_the_way=True
        )
    elif rule.family != family:
        where = _place(yml, _line_of(yml, "family:"))
        yield Missing(where, f"`family: {family}`: the id says so, not {rule.family}")
    others = [
        path
        for path in catalogue.declarations()
        if path != yml and _line_of(path, f"id: {rule.id}")
    ]
    for other in others:
        yield Missing(
            place, f"an id of its own: {rule.id} is that of {_place(other)}", is_in_the_way=True
        )


def _list_entry(rule: Rule) -> Iterator[Missing]:
    path = catalogue.results_of(rule.layer)
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


def _values(rule: Rule) -> Iterator[Missing]:
    """Each value of a threshold is a number, and the next one follows it without gap or overlap."""
    place = _place(catalogue.PARAMETERS)
    known = load_parameters()
    for rule_id, parameter in rule.parameter_keys:
        rows = [row for row in known if (row.rule_id, row.parameter) == (rule_id, parameter)]
        for row in rows:
            if not _is_number(row.value):
                yield Missing(
                    place,
                    f"a number of at most {DECIMALS} decimals for {rule_id},{parameter} from "
                    f"{row.valid_from}, not {row.value!r}",
                    is_in_the_way=True,
                )
        for row, after in pairwise(sorted(rows, key=lambda row: row.valid_from)):
            if row.valid_to != after.valid_from:
                yield Missing(
                    place,
                    f"valid_to {after.valid_from} in the row {rule_id},{parameter},{row.value} "
                    f"(it says {row.valid_to}): the next value is in force from that day, on which "
                    "this one no longer is",
                    is_in_the_way=True,
                )


def _is_number(text: str) -> bool:
    try:
        exponent = Decimal(text).as_tuple().exponent
    except InvalidOperation:
        return False
    # The column rounds: people would be told another value than the one that judges.
    return isinstance(exponent, int) and exponent >= -DECIMALS


def _numbers(rule: Rule) -> Iterator[Missing]:
    """What is compared with a number of the SQL's own is a threshold; months are none."""
    for number, line in enumerate(rule.sql_path.read_text(encoding="utf-8").splitlines(), 1):
        found = None if line.strip().startswith("--") else _COMPARED.search(line)
        if found and "month" not in found["column"]:
            yield Missing(
                _place(rule.sql_path, number),
                f"a row of {catalogue.PARAMETERS.name} and rule_parameter('{rule.id}', …) instead "
                f"of the number {found['number']}: a district cannot change it",
            )
    values = {
        row.value
        for row in load_parameters()
        if (row.rule_id, row.parameter) in rule.parameter_keys
    }
    yml = rule.sql_path.with_suffix(".yml")
    for said in dict.fromkeys(_NUMBER.findall(rule.description)):
        if said in values - {"0", "1"}:
            yield Missing(
                _place(yml, _line_of(yml, "description:")),
                f"the name of the threshold in braces instead of {said}, e.g. "
                f"{{{rule.parameters[0].split('.')[-1]}}}: people read the value in force",
            )


def _feeds(rule: Rule) -> Iterator[Missing]:
    yml = rule.sql_path.with_suffix(".yml")
    place = _place(yml, _line_of(yml, "needs:"))
    known = feeds(rule.model)
    for feed in rule.needs:
        if feed not in load_contracts():
            yield Missing(place, f"another feed under `needs`: there is no {feed}")
        elif feed not in known:
            yield Missing(
                place,
                f"no {feed} under `needs`: the SQL stands on {', '.join(sorted(known))} only, and "
                "a day without a feed that is needed does not judge the rule",
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
    declared = yaml_file.read(path)
    tests = declared.get("unit_tests") or []
    names = [test["name"] for test in tests]
    sql = rule.sql_path.read_text(encoding="utf-8")
    for kind, of_what in KINDS.items():
        begins = f"test_{rule.model}__{kind}_"
        if not any(name.startswith(begins) for name in names):
            yield Missing(_place(path), f"a unit test {begins}…: {of_what}")
    for name in names:
        if len(name) > LONGEST_NAME:
            yield Missing(_place(path), f"a name of at most {LONGEST_NAME} characters for {name}")
    read = refs(sql)
    if "after_grace(" in sql or "rule_parameter(" in sql:
        read.append("rule_parameters")
    for test in tests:
        given = {name for each in test.get("given", []) for name in refs(each["input"])}
        for name in dict.fromkeys(read):
            if name not in given:
                yield Missing(
                    _place(path, _line_of(path, f"- name: {test['name']}")),
                    f"`- input: ref('{name}')` with `rows: […]` under `given`: the SQL reads it",
                    is_in_the_way=True,
                )


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
