"""The rule catalogue, read from the rules' own yml files: no database needed."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from huiyan import kept_tables, yaml_file
from huiyan.errors import ConfigurationError, NotFoundError
from huiyan.settings import REPOSITORY

MODELS = REPOSITORY / "dbt_project" / "models"
RESULTS = {"rules": "rule_results", "patterns": "pattern_results"}
PARAMETERS = REPOSITORY / "dbt_project" / "seeds" / "rules" / "rule_parameters.csv"
SHARED = "ALL"
# Documents that say in their name that they bind bodies of the centre only.
FOR_THE_CENTRE = ("中央和国家机关", "中央预算单位")
# An article by its number, or all of a document that has none.
ARTICLE = re.compile("第[零〇一二三四五六七八九十百]+条|^全文")
NEWEST = date(9999, 12, 30)  # on it the values are in force that no others follow

Status = Literal["draft", "shadow", "trial", "fixed", "retired"]
Tier = Literal["yellow", "orange", "red"]
Slice = Literal[
    "whole", "record", "booking", "card_booking", "invoice", "invoice_run", "file", "letter",
    "claim", "month_code", "service_payee", "payee", "payee_name", "economic_code", "merchant",
    "card_day", "payee_account", "digits", "numbering", "advance",
]  # fmt: skip
CloseOutNeed = Literal["action", "evidence", "amount_recovered"]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Declared):
    """A rule's name in Chinese and English."""

    zh: str
    en: str


class LegalSource(_Declared):
    """A document and article a rule rests on; unverified until checked against its text.

    Attributes:
        edition: day on which the text that was read was issued or last amended; None if none was.
    """

    document: str
    article: str
    verification: Literal["verified", "unverified"]
    edition: date | None = None

    @model_validator(mode="after")
    def _names_what_was_read(self) -> Self:
        if self.verification == "verified":
            if not ARTICLE.search(self.article):
                raise ValueError("verified needs an article with its number (第…条), or 全文")
            if self.edition is None:
                raise ValueError("verified needs the edition that was read, as 'YYYY-MM-DD'")
        return self

    @property
    def citation(self) -> str:
        """Document, edition and article as people cite them: 参照 what binds the centre only."""
        by_analogy = "参照" if any(word in self.document for word in FOR_THE_CENTRE) else ""
        edition = f"（{self.edition}版）" if self.edition else ""
        return f"{by_analogy}《{self.document}》{edition}{self.article}"


class Recovery(_Declared):
    """What must and what can be paid back of a finding that is true.

    Attributes:
        least, most: the entry of the evidence that holds it, or `amount`; None where it is unknown.
    """

    least: str | None = "amount"
    most: str | None = "amount"


class Rule(_Declared):
    """One rule's meta.

    Attributes:
        model: its dbt model. layer: `rules` if it reads records, `patterns` if it reads what rules
            found. description: what is wrong, in words an accountant understands; `{name}` stands
            for a threshold, `{name*100}` for one in per cent.
        scope: the grain at which it must be evaluated again when rows change.
        slice: the slice of the facts, named in macros/slices, that holds all of a touched scope;
            `whole` if there is none and the rule is evaluated in full every day.
        status: that of the newest version's last entry in the seed `rule_status`; which one is in
            force on a date is the business of `huiyan.rules.life_cycle`.
        close_out_needs: what of the standard a close-out must bring for a finding: the action
            taken, a reference to the evidence, and the amount recovered where money goes back.
        recovery: between what that amount lies.
        needs: feeds without which it cannot be evaluated.
        parameters: the seed rows it reads: a name for its own, `RULE.name` for another's and
            `ALL.name` for a shared one.
    """

    model: str
    layer: Literal["rules", "patterns"]
    description: str
    id: str
    version: int
    name: Name
    family: str
    base_tier: Tier
    subject_type: str
    scope: str
    slice: Slice = "whole"
    needs: tuple[str, ...]
    parameters: tuple[str, ...]
    legal_basis: tuple[LegalSource, ...]
    what_to_check: str
    close_out_standard: str
    close_out_needs: tuple[CloseOutNeed, ...]
    recovery: Recovery = Recovery()
    status: Status
    known_false_positives: str

    def described(self, rows: Iterable["Parameter"], on: date) -> str:
        """The description with the thresholds of `rows` that are in force on `on`."""
        values = {
            (row.rule_id, row.parameter): Decimal(row.value) for row in rows if row.is_in_force(on)
        }
        text = self.description
        for key in self.parameter_keys:
            if (value := values.get(key)) is not None:
                text = text.replace(f"{{{key[1]}}}", plain(value))
                text = text.replace(f"{{{key[1]}*100}}", plain(value * 100))
        return text

    @property
    def judged_again(self) -> str:
        """When what it found is looked at again, for people."""
        if self.slice == "whole":
            return "all of it every day"
        return f"again per {self.scope}, over the slice `{self.slice}`"

    @property
    def sql_path(self) -> Path:
        """The file of its model."""
        return MODELS / self.layer / f"{self.model}.sql"

    @property
    def parameter_keys(self) -> list[tuple[str, str]]:
        """(rule_id, parameter) of every seed row it reads."""
        return [
            (name.split(".")[0], name.split(".")[1]) if "." in name else (self.id, name)
            for name in self.parameters
        ]


def plain(number: Decimal) -> str:
    """A number without zeros at its end: of a count `3` where the warehouse keeps `3.00`."""
    return f"{number.normalize():f}"


class Parameter(_Declared):
    """One row of the reviewed seed of parameters; `valid_to` is exclusive, None if open."""

    rule_id: str
    parameter: str
    value: str
    valid_from: date
    valid_to: date | None
    legal_basis: str
    approved_by: str

    def is_in_force(self, on: date) -> bool:
        """Whether the value is in force on the business date `on`."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@cache
def _read(path: Path, _modified_ns: int) -> Rule:
    try:
        declared = yaml_file.read(path)
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise ConfigurationError(f"{path.name} is no YAML: {said}. Correct that line.") from error
    model: dict[str, Any] = declared["models"][0]
    try:
        return Rule.model_validate(
            {
                "model": model["name"],
                "layer": path.parent.name,
                "description": model["description"].strip(),
                **model["config"]["meta"],
            }
        )
    except KeyError as error:
        raise ConfigurationError(f"{path.name} lacks {error} of its model.") from error
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()
        )
        raise ConfigurationError(f"The rule's meta in {path.name} is wrong: {said}.") from error


def declarations() -> list[Path]:
    """The yml files of all rules."""
    return [
        path
        for layer in RESULTS
        for path in sorted((MODELS / layer).glob("rule_*_[0-9][0-9][0-9]_*.yml"))
    ]


def results_of(layer: str) -> Path:
    """The model that lists the layer's rules."""
    return MODELS / layer / f"{RESULTS[layer]}.sql"


def load_rules() -> dict[str, Rule]:
    """Every rule by id, in the order of the ids."""
    rules = [_read(path, path.stat().st_mtime_ns) for path in declarations()]
    return {rule.id: rule for rule in sorted(rules, key=lambda rule: rule.id)}


def load_rule(rule_id: str) -> Rule:
    """The rule with this id.

    Raises:
        NotFoundError: there is none.
    """
    rules = load_rules()
    try:
        return rules[rule_id.upper()]
    except KeyError:
        raise NotFoundError(
            f"There is no rule {rule_id}. `huiyan rules list` shows all {len(rules)}."
        ) from None


def load_parameters() -> list[Parameter]:
    """All rows of the seed of parameters, of all times.

    Raises:
        ConfigurationError: a row does not fit the heading.
    """
    _, rows = kept_tables.read(PARAMETERS)
    return [
        Parameter.model_validate({key: value or None for key, value in row.cells.items()})
        for row in rows
    ]


def missing_parameters(on: date, retired: Collection[str] = ()) -> list[str]:
    """Parameters without exactly one value in force on `on`, but those of `retired` rules."""
    in_force: dict[tuple[str, str], int] = {}
    for row in load_parameters():
        if row.is_in_force(on):
            key = (row.rule_id, row.parameter)
            in_force[key] = in_force.get(key, 0) + 1
    needed = {
        key
        for rule in load_rules().values()
        if rule.id not in retired
        for key in rule.parameter_keys
    }
    return [
        f"{rule_id} {parameter} ({in_force.get((rule_id, parameter), 0)} values)"
        for rule_id, parameter in sorted(needed)
        if in_force.get((rule_id, parameter), 0) != 1
    ]
