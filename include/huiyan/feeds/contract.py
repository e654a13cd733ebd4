"""Feed contracts: one declarative description per feed, used by the reader, the landing table,
the expectation suite and the generated contract page alike."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from huiyan import yaml_file
from huiyan.errors import ContractError, NotFoundError

CONTRACTS = Path(__file__).parent / "contracts"

ColumnType = Literal["text", "int", "date", "timestamp", "money", "flag", "enum"]


# Records are found by names, codes and numbers: an index takes 2,700 bytes, which are four texts of
# four bytes a character.
LONGEST_NAME = 160


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Declared):
    """One column of a feed.

    Attributes:
        name: canonical name; the column's name in the warehouse.
        identifier: the standard's own identifier, also accepted as header.
        label: the Chinese label, also accepted as header.
        aliases: further headers accepted.
        type: how its text is read; an `enum` admits only the codes in `values`.
        key: part of the natural key (implies required).
        values: code → other spellings accepted (labels first). On a `text` column the list is
            open: known spellings become their code, anything else stays as sent.
        min, max: bounds of an int, both inclusive.
        pattern: regular expression the text must match.
        sensitive: `card_number` is never stored; its token and last four digits are.
        free_text: people write in it what they like; card numbers in it are masked.
        is_name: a free text that names somebody, which is no longer than any other name.
        default: what an empty cell means.
        is_answer: who sends a form back fills it in; what else stands there was printed on it.
    """

    name: str
    identifier: str
    label: str
    type: ColumnType
    required: bool = False
    key: bool = False
    aliases: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    min: int | None = None
    max: int | None = None
    pattern: str | None = None
    sensitive: Literal["card_number"] | None = None
    free_text: bool = False
    is_name: bool = False
    default: str | None = None
    is_answer: bool = False
    description: str

    @model_validator(mode="before")
    @classmethod
    def _keys_are_required(cls, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "required": True} if data.get("key") else data

    @model_validator(mode="after")
    def _enums_have_values(self) -> Self:
        if self.type == "enum" and not self.values:
            raise ValueError(f"{self.name}: an enum needs values")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header cell that names this column."""
        return (self.name, self.identifier, self.label, *self.aliases)

    @property
    def stored_as(self) -> tuple[str, ...]:
        """Columns of the landing table that hold it."""
        return ("card_token", "card_last4") if self.sensitive else (self.name,)


class Check(_Declared):
    """A further Great Expectations check on the typed batch.

    Attributes:
        expectation: class name in `great_expectations.expectations`.
        severity: critical stops the feed's day, row quarantines, warning is reported.
        kwargs: arguments of the expectation.
        reason: the words used as quarantine reason or in the report.
    """

    expectation: str
    severity: Literal["critical", "row", "warning"]
    kwargs: dict[str, Any]
    reason: str


class FeedContract(_Declared):
    """What a feed delivers.

    Attributes:
        kind: daily feeds are due every working day; a snapshot stands until the next one; a form
            is what many senders fill in and send back when they like: each file stands alone.
        deadline: HH:MM (Asia/Shanghai) by which a daily feed is due.
        max_quarantine_share: share of a batch in quarantine above which the feed's day stops.
        amount_column: money column whose sum the manifest's `amount_total` controls.
        xml: whether XML files are accepted beside CSV and XLSX.
        is_optional: only a district that names it (`HUIYAN_FEEDS`) or has a folder for it in its
            landing zone receives it, and one to which it was ever delivered.
        is_anonymous: nothing in it may identify a person. Only CSV with exactly its columns is
            taken; what could identify somebody is hidden before anything is kept of a file.
    """

    name: str
    label: str
    description: str
    kind: Literal["daily", "snapshot", "form"]
    deadline: str | None = None
    max_quarantine_share: float = 0.05
    amount_column: str | None = None
    xml: bool = False
    is_optional: bool = False
    is_anonymous: bool = False
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column is declared twice")
        if not any(column.key for column in self.columns):
            raise ValueError(f"{self.name}: no natural key")
        if self.amount_column is not None and self.column(self.amount_column).type != "money":
            raise ValueError(f"{self.name}: amount_column must be a money column")
        if self.is_anonymous and self.xml:
            raise ValueError(f"{self.name}: an anonymous feed takes CSV only")
        open_ended = [
            column.name
            for column in self.columns
            if not column.pattern and column.type not in ("date", "enum")
        ]
        if self.is_anonymous and open_ended:
            raise ValueError(f"{self.name}: {open_ended[0]} of an anonymous feed needs a pattern")
        if self.is_form and (self.max_quarantine_share < 1 or self.deadline is not None):
            raise ValueError(
                f"{self.name}: bad rows of one sender stop no other sender's form, and none is due:"
                " max_quarantine_share must be 1 and there is no deadline"
            )
        return self

    def column(self, name: str) -> Column:
        """The column called `name`; NotFoundError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise NotFoundError(f"Feed {self.name} has no column {name!r}.")

    def is_name(self, column: Column) -> bool:
        """Whether it holds a name, a code or a number: no longer than `LONGEST_NAME` characters."""
        if column.type != "text" or column.sensitive:
            return False
        is_prose = column.free_text and not column.is_name
        return column.key or not (self.is_form or column.pattern or is_prose)

    @property
    def is_form(self) -> bool:
        """Whether its files come from many senders and stand alone."""
        return self.kind == "form"

    @property
    def carries_cards(self) -> bool:
        """Whether a column of it is a card number."""
        return any(column.sensitive for column in self.columns)

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """Columns of the natural key, in order."""
        return tuple(column for column in self.columns if column.key)

    @property
    def stored_columns(self) -> tuple[str, ...]:
        """Columns of the landing table, in order."""
        return tuple(name for column in self.columns for name in column.stored_as)


@lru_cache(maxsize=1)
def load_contracts() -> dict[str, FeedContract]:
    """All contracts by feed name, daily feeds first."""
    contracts = []
    for path in sorted(CONTRACTS.glob("*.yml")):
        try:
            contract = FeedContract.model_validate(yaml_file.read(path))
        except (ValidationError, yaml.YAMLError) as error:
            raise ContractError(f"Feed contract {path.name} is wrong: {error}") from error
        if contract.name != path.stem:
            raise ContractError(f"{path.name} declares feed {contract.name!r}: rename one of them.")
        contracts.append(contract)
    contracts.sort(key=lambda contract: (contract.kind, contract.name))
    return {contract.name: contract for contract in contracts}


def load_contract(feed: str) -> FeedContract:
    """The contract of `feed`; NotFoundError names the feeds there are."""
    contracts = load_contracts()
    if feed not in contracts:
        raise NotFoundError(f"There is no feed {feed!r}; there are {', '.join(contracts)}.")
    return contracts[feed]
