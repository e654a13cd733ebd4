"""`--set parameter=value`: values to try in the place of a rule's thresholds in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from huiyan.errors import ConfigurationError
from huiyan.rules.catalogue import SHARED, Rule, load_parameters

Key = tuple[str, str]
_DIGITS = Decimal(10) ** 16


@dataclass(frozen=True)
class Threshold:
    """A parameter a rule reads.

    Attributes:
        name: as the rule's meta names it: plain, `RULE.name` or `ALL.name`.
        in_force: its values in force on the dates judged, oldest first. tried: what stands in
            their place, None if they stand.
    """

    name: str
    key: Key
    in_force: tuple[Decimal, ...]
    tried: Decimal | None


def number(said: str, text: str) -> Decimal:
    """A threshold's value; `said` is what was written, for the message.

    Raises:
        ConfigurationError: it is no number, or has more digits than a threshold keeps.
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise ConfigurationError(f"{said}: a threshold is a number, such as 30 or 0.6.")
    if abs(value) >= _DIGITS or value != round(value, 2):
        raise ConfigurationError(
            f"{said}: a threshold has at most two decimals and 16 digits before them."
        )
    return value


def parse(rule: Rule, given: Iterable[str]) -> dict[Key, Decimal]:
    """Values by (rule_id, parameter) from texts `parameter=value`.

    A shared parameter may be named with or without `ALL.`.

    Raises:
        ConfigurationError: no such parameter, named twice, or no number; the message lists them.
    """
    known = dict(zip(rule.parameters, rule.parameter_keys, strict=True))
    names = {name.removeprefix(f"{SHARED}."): key for name, key in known.items()} | known
    names |= {
        f"{rule_id}.{parameter}": (rule_id, parameter) for rule_id, parameter in known.values()
    }
    has = (
        f"{rule.id} has {', '.join(rule.parameters)}."
        if rule.parameters
        else f"{rule.id} has no parameters."
    )
    values: dict[Key, Decimal] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not value:
            raise ConfigurationError(f"--set {text}: write parameter=value. {has}")
        if name not in names:
            raise ConfigurationError(f"--set {text}: there is no parameter {name}. {has}")
        if names[name] in values:
            raise ConfigurationError(f"--set {text}: {name} is set twice.")
        values[names[name]] = number(f"--set {name}={value}", value)
    return values


def thresholds(
    rule: Rule, tried: Mapping[Key, Decimal], first: date, last: date
) -> list[Threshold]:
    """The parameters of the rule, as in force from `first` to `last` and as tried."""
    rows = sorted(load_parameters(), key=lambda row: row.valid_from)
    return [
        Threshold(
            name,
            key,
            tuple(
                Decimal(row.value)
                for row in rows
                if (row.rule_id, row.parameter) == key
                and row.valid_from <= last
                and (row.valid_to is None or row.valid_to > first)
            ),
            tried.get(key),
        )
        for name, key in zip(rule.parameters, rule.parameter_keys, strict=True)
    ]
