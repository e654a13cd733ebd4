"""What bodies' verdicts propose, and what is known of a rule's life beside the reviewed entries."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from huiyan.rules.mart_rows import mart_rows
from huiyan.settings import Settings


@dataclass(frozen=True)
class Proposal:
    """A row of marts.mart_rule_proposal.

    Attributes:
        kind: `promote` a rule, `except` a matter, `change` a rule.
        alert_id, subject_id, unit_id: what was answered; None for a promotion, the unit also if
            unknown.
        proposed_status: of a promotion, `trial` or `fixed`. verdicts, precision, precision_low: of
            a promotion, what it rests on (shares between 0 and 1).
        proposed_on: business date of the latest verdict behind it.
    """

    kind: str
    rule_id: str
    rule_version: int
    alert_id: str | None
    subject_id: str | None
    unit_id: str | None
    proposed_status: str | None
    verdicts: int | None
    precision: Decimal | None
    precision_low: Decimal | None
    proposed_on: date


@dataclass(frozen=True)
class Demotion:
    """A step down that verdicts brought about and that no person has decided on since.

    Attributes:
        valid_from: first business date on which it is in force.
    """

    rule_id: str
    rule_version: int
    status: str
    valid_from: date
    reason: str


def proposals(settings: Settings) -> list[Proposal]:
    """All proposals, promotions first, then by rule and date; none without a warehouse.

    Raises:
        WarehouseError: a warehouse is set and cannot be reached.
    """
    return mart_rows(
        Proposal,
        "from marts.mart_rule_proposal "
        "order by array_position(array['promote', 'except', 'change'], kind), rule_id, "
        "proposed_on, alert_id",
        settings,
    )


def demotions(settings: Settings) -> dict[str, list[Demotion]]:
    """The demotions that count, by rule and in order; none without a warehouse.

    Raises:
        WarehouseError: a warehouse is set and cannot be reached.
    """
    found: dict[str, list[Demotion]] = {}
    for row in mart_rows(
        Demotion,
        "from marts.dim_rule_status where made_by = 'verdicts' order by rule_id, valid_from",
        settings,
    ):
        found.setdefault(row.rule_id, []).append(row)
    return found
