"""Declarative mappings: other governments' files become deliveries of our feeds, without code.

A mapping (`mappings/<name>.yml`) says how the source is read, which rows are refused and why, and
how each column of one or several feeds is made. Every source row is either written, to all feeds
that take it, or refused with a reason: rows read = rows written + rows refused, in the report.
"""

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from huiyan import yaml_file
from huiyan.errors import ContractError, NotFoundError
from huiyan.feeds import cards
from huiyan.feeds.contract import load_contract

MAPPINGS = Path(__file__).parent / "mappings"
SYNTHETIC_PREFIX = "999"  # assigned to no issuer
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")
_FIELD = re.compile(r"\{([a-z_0-9]+)\}")


class RefusedError(Exception):
    """A source row cannot become a row of the feed; the text is the reason."""


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class CardNumber(_Declared):
    """A synthetic card number: made from the card key, the same for the same seed.

    Attributes:
        issuer: whose cards; mappings of one issuer's files give one card one number.
        seed: fields that tell cards apart.
        last4: field whose last four characters are the real card's last digits, if published.
    """

    issuer: str
    seed: tuple[str, ...]
    last4: str | None = None


class Expression(_Declared):
    """How one value is made: one source, then the changes in the order listed here.

    Attributes:
        from_: a field (written `from`).
        constant: this text.
        template: text with `{field}` places.
        first_of: the first of several expressions that is not empty.
        hash: SHA-256 of the fields, shortened to `length` hex digits.
        occurrence: numbers rows of equal hash `/1`, `/2` … so that each stays a row of its own,
            while the same file read again gives the same numbers.
        within: field that names the file a row was taken from, where the source holds several:
            occurrences are counted in each, so rows published in two files stay recognisable.
        card: a synthetic card number.
        counts: how many rows the filter of that name has refused so far.
        line: the row's line in the source.
        extract: regular expression whose first group is taken; no match gives an empty value.
        dates: accepted date formats (strptime); the result is YYYY-MM-DD.
        part: year or month of a date.
        values: replacements of whole values; others stay.
        number: `signed`, `absolute` or `negated`: plain decimal without thousands commas.
        by_sign: texts for a `negative` number and any `other`.
        default: what an empty result becomes.
    """

    from_: str | None = Field(default=None, alias="from")
    constant: str | None = None
    template: str | None = None
    first_of: tuple["Value", ...] | None = None
    hash: tuple[str, ...] | None = None
    length: int = Field(default=16, ge=8, le=64)
    occurrence: bool = False
    within: str | None = None
    card: CardNumber | None = None
    counts: str | None = None
    line: Literal[True] | None = None
    extract: str | None = None
    dates: tuple[str, ...] | None = None
    part: Literal["year", "month"] | None = None
    values: dict[str, str] | None = None
    number: Literal["signed", "absolute", "negated"] | None = None
    by_sign: dict[Literal["negative", "other"], str] | None = None
    default: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = (
            self.from_, self.constant, self.template, self.first_of, self.hash, self.card,
            self.counts, self.line,
        )  # fmt: skip
        if sum(source is not None for source in sources) != 1:
            raise ValueError(
                "give exactly one of from, constant, template, first_of, hash, card, counts, line"
            )
        return self

    @property
    def fields(self) -> set[str]:
        """Names the expression refers to."""
        named = set(self.hash or ()) | set(_FIELD.findall(self.template or ""))
        named |= {name for name in (self.from_, self.within) if name}
        if self.card:
            named |= {*self.card.seed, *([self.card.last4] if self.card.last4 else [])}
        for part in self.first_of or ():
            named |= part.fields
        return named


def _shorthand(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


Value = Annotated[Expression, BeforeValidator(_shorthand)]
Expression.model_rebuild()


class Filter(_Declared):
    """Rows that are no records of the feed.

    Attributes:
        reason: why, in plain words.
        empty, filled: fields that must all be empty (filled) for the filter to apply.
        matches: field → regular expression its whole value must match.
    """

    reason: str
    empty: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    matches: dict[str, str] = Field(default_factory=dict)

    def applies(self, row: dict[str, str]) -> bool:
        """Whether the row is to be refused."""
        return (
            not any(row[name] for name in self.empty)
            and all(row[name] for name in self.filled)
            and all(re.fullmatch(pattern, row[name]) for name, pattern in self.matches.items())
        )


class SourceFormat(_Declared):
    """How the source file is read.

    Attributes:
        header_row: row that holds the header, counted from 1; rows above it are skipped.
        columns: field → header cells that name it; case, width and surrounding spaces are
            ignored. Columns not listed are not used.
        encoding: of a CSV file; None lets the reader tell UTF-8 from GB18030.
    """

    format: Literal["csv", "xls", "xlsx"]
    columns: dict[str, tuple[str, ...]]
    encoding: str | None = None
    delimiter: str = ","
    header_row: int = Field(default=1, ge=1)


class Output(_Declared):
    """One feed made from the source.

    Attributes:
        business_date: fixed date, or an expression that gives one.
        folder: one folder per day or per month (on its last day).
        distinct: field that, per folder, is written once only (reference feeds).
        columns: values shared by all rows.
        rows: further values of each of several rows per source row; one row if empty.
    """

    business_date: Value
    folder: Literal["day", "month"] = "day"
    distinct: str | None = None
    columns: dict[str, Value]
    rows: tuple[dict[str, Value], ...] = ()


class Mapping(_Declared):
    """One kind of source file and the feeds it becomes."""

    name: str
    description: str
    attribution: str
    source: SourceFormat
    filters: dict[str, Filter] = Field(default_factory=dict)
    derived: dict[str, Value] = Field(default_factory=dict)
    feeds: dict[str, Output]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        known = set(self.source.columns)
        for refusal in self.filters.values():
            _require(known, {*refusal.empty, *refusal.filled, *refusal.matches}, "filters")
        for name, expression in self.derived.items():
            _require(known, expression.fields, f"derived.{name}")
            _require(set(self.filters), {expression.counts} - {None}, f"derived.{name}")
            known.add(name)
        for feed, output in self.feeds.items():
            contract = load_contract(feed)
            columns = {column.name for column in contract.columns}
            _require(known, output.business_date.fields, f"{feed}.business_date")
            for part in (output.columns, *output.rows):
                _require(columns, set(part), f"{feed}: columns of the feed")
                for name, expression in part.items():
                    _require(known, expression.fields, f"{feed}.{name}")
            if output.distinct is not None:
                _require(columns, {output.distinct}, f"{feed}.distinct")
        return self


def _require(known: set[str], named: Iterable[Any], where: str) -> None:
    missing = sorted(str(name) for name in set(named) - known)
    if missing:
        raise ValueError(f"{where}: unknown names {', '.join(missing)}")


@lru_cache(maxsize=1)
def load_mappings() -> dict[str, Mapping]:
    """All mappings by name."""
    return {path.stem: load_mapping(path.stem) for path in sorted(MAPPINGS.glob("*.yml"))}


def load_mapping(name: str) -> Mapping:
    """The mapping called `name`, or the one in the YAML file of that path.

    Raises:
        NotFoundError: there is none.
        ContractError: it is wrong; says where.
    """
    path = MAPPINGS / f"{name}.yml"
    if not path.exists():
        path = Path(name)
        if path.suffix not in (".yml", ".yaml") or not path.exists():
            known = ", ".join(sorted(path.stem for path in MAPPINGS.glob("*.yml")))
            raise NotFoundError(f"There is no mapping {name!r}; there are {known}.")
    try:
        mapping = Mapping.model_validate(yaml_file.read(path))
    except (ValidationError, yaml.YAMLError) as error:
        raise ContractError(f"Mapping {path.name} is wrong: {error}") from error
    if mapping.name != path.stem:
        raise ContractError(f"{path.name} declares mapping {mapping.name!r}: rename one of them.")
    return mapping


class Evaluator:
    """Evaluates expressions for one run over a source.

    Args:
        card_key: key of the synthetic card numbers.
    """

    def __init__(self, mapping: Mapping, card_key: bytes) -> None:
        self._mapping = mapping
        self._card_key = card_key
        self._seen: Counter[tuple[str, str]] = Counter()
        self._cards: dict[str, str] = {}
        self.refusals: Counter[str] = Counter()

    def derive(self, row: dict[str, str], line_no: int) -> dict[str, str]:
        """`row` with its derived fields."""
        row = dict(row)
        for name, expression in self._mapping.derived.items():
            row[name] = self.value(expression, row, line_no, name)
        return row

    def value(self, expression: Expression, row: dict[str, str], line_no: int, name: str) -> str:
        """The value of `expression`; RefusedError if it cannot be made."""
        text = self._source(expression, row, line_no, name)
        if text and expression.extract is not None:
            match = re.search(expression.extract, text)
            text = match[1] if match else ""
        if text and expression.dates is not None:
            text = _date(text, expression.dates, name)
        if text and expression.part is not None:
            day = date.fromisoformat(text)
            text = str(day.year if expression.part == "year" else day.month)
        if expression.values is not None:
            text = expression.values.get(text, text)
        if text and (expression.number is not None or expression.by_sign is not None):
            text = _number(text, expression, name)
        return text or expression.default or ""

    def _source(self, expression: Expression, row: dict[str, str], line_no: int, name: str) -> str:
        if expression.from_ is not None:
            return row[expression.from_]
        if expression.constant is not None:
            return expression.constant
        if expression.template is not None:
            return _FIELD.sub(lambda match: row[match[1]], expression.template)
        if expression.first_of is not None:
            values = (self.value(part, row, line_no, name) for part in expression.first_of)
            return next((value for value in values if value), "")
        if expression.hash is not None:
            return self._hash(expression, row)
        if expression.card is not None:
            return self._card(expression.card, row)
        if expression.counts is not None:
            return str(self.refusals[expression.counts])
        return str(line_no)

    def _hash(self, expression: Expression, row: dict[str, str]) -> str:
        content = "\x1f".join(row[name] for name in expression.hash or ())
        digest = hashlib.sha256(content.encode()).hexdigest()[: expression.length]
        if not expression.occurrence:
            return digest
        place = digest, row[expression.within] if expression.within else ""
        self._seen[place] += 1
        return f"{digest}/{self._seen[place]}"

    def _card(self, card: CardNumber, row: dict[str, str]) -> str:
        seed = "\x1f".join((card.issuer, *(row[name] for name in card.seed)))
        if seed in self._cards:
            return self._cards[seed]
        mac = hmac.new(self._card_key, f"synthetic card {seed}".encode(), hashlib.sha256)
        digits = f"{int(mac.hexdigest(), 16) % 10**12:012d}"
        if card.last4 is None:
            self._cards[seed] = cards.with_check_digit(SYNTHETIC_PREFIX + digits)
            return self._cards[seed]
        last4 = row[card.last4][-4:]
        if not re.fullmatch("[0-9]{4}", last4):
            raise RefusedError(f"{card.last4} does not end in four digits")
        self._cards[seed] = SYNTHETIC_PREFIX + digits[:9] + last4
        return self._cards[seed]


def _date(text: str, formats: Iterable[str], name: str) -> str:
    for form in formats:
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    raise RefusedError(f"{name}: {cards.hide_all(text[:40])!r} is no date")


def _number(text: str, expression: Expression, name: str) -> str:
    plain = text.replace(",", "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal("NaN")
    if not _NUMBER.fullmatch(plain) or value.is_nan():
        raise RefusedError(f"{name}: {cards.hide_all(text[:40])!r} is no number")
    if expression.by_sign is not None:
        return expression.by_sign["negative" if value < 0 else "other"]
    if expression.number == "absolute":
        value = abs(value)
    elif expression.number == "negated":
        value = -value
    return format(value, "f")
