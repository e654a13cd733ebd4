"""What a rule came to so far, read from the warehouse if there is one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from huiyan.rules.mart_rows import mart_rows
from huiyan.settings import Settings


@dataclass(frozen=True)
class Figures:
    """A row of marts.mart_rule_figures.

    Attributes:
        as_of: latest evaluated business date. last_run_on: the rule's own latest one.
        population: subjects looked at on it; None if it was not evaluated.
        open_amount: CNY of the open hits; None if none has an amount.
        new_hits_30_days, cleared_hits_30_days: in the 30 days that end with `as_of`.
    """

    as_of: date
    last_run_on: date
    last_run_status: str
    population: int | None
    open_hits: int
    open_units: int
    open_amount: Decimal | None
    new_hits_30_days: int
    cleared_hits_30_days: int
    hits_ever: int
    first_hit_on: date | None
    last_hit_on: date | None


@dataclass(frozen=True)
class OpenHit:
    """A row of marts.fct_rule_hit that is open.

    Attributes:
        unit_id: None if unknown. amount: CNY, None if the rule gives none.
    """

    hit_id: str
    subject_id: str
    unit_id: str | None
    amount: Decimal | None
    first_detected_on: date


def open_hits(rule_id: str, limit: int, settings: Settings) -> list[OpenHit]:
    """The rule's open hits, those detected last first, at most `limit`; none without a warehouse.

    Raises:
        WarehouseError: a warehouse is set and cannot be reached.
    """
    return mart_rows(
        OpenHit,
        "from marts.fct_rule_hit where rule_id = %s and is_open "
        "order by first_detected_on desc, subject_id limit %s",
        settings,
        [rule_id, limit],
    )


def figures(rule_id: str, settings: Settings) -> Figures | None:
    """The rule's figures; None if no warehouse runs or it has evaluated nothing of the rule.

    Raises:
        WarehouseError: a warehouse is set and cannot be reached.
    """
    found = mart_rows(
        Figures, "from marts.mart_rule_figures where rule_id = %s", settings, [rule_id]
    )
    return found[0] if found else None
