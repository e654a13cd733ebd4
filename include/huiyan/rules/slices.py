"""Whether a rule reads only what its slice of the facts holds.

A rule that reads more would be judged over a part of what it looks at, and lose hits.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huiyan.rules import catalogue, lineage
from huiyan.rules.catalogue import Rule
from huiyan.settings import Settings
from huiyan.warehouse.dbt import rendered

WHOLE = "whole"
# Read as a whole in both phases: what these rules take from them, no fact changes.
TAKEN_AS_A_WHOLE = {
    "int_merchant_category": {"CARD-002", "CARD-010"},  # the kind of a category
    # Who keeps a unit's books; whether they name payments: units that turn are scopes of theirs.
    "int_unit_books": {"BOOK-006", "BOOK-002", "CARD-005"},
    "int_person": {"PAY-002", "CARD-009"},  # what is of persons listed otherwise is a scope
    "int_unit_peer": {"STAT-002"},  # type and size, which follow from the registers of users
}
LISTS = ("facts", "counted_facts", "record_slices", "keyed_slices")
DECLARED = f"{{{{ tojson({{ {', '.join(f'{name!r}: {name}()' for name in LISTS)} }}) }}}}"


@dataclass(frozen=True)
class Slices:
    """The models that are facts, and those of them that each slice holds, by its name."""

    facts: frozenset[str]
    held: dict[str, frozenset[str]]

    @classmethod
    def of(cls, lists: Mapping[str, Any]) -> "Slices":
        """From what the macros named in LISTS say."""
        facts = [each["name"] for name in ("facts", "counted_facts") for each in lists[name]]
        held = {name: frozenset(models) for name, models in lists["record_slices"].items()}
        held |= {
            each["name"]: frozenset({each["driver"], *each["others"], *each.get("as_kept", ())})
            for each in lists["keyed_slices"]
        }
        return cls(frozenset(facts), held)


def declared(settings: Settings, day: date) -> Slices:
    """The slices as the project's macros declare them.

    Raises:
        DbtError: the project cannot be read.
    """
    return Slices.of(json.loads(rendered(DECLARED, settings=settings, business_date=day)))


def _facts_below(model: str, facts: frozenset[str]) -> set[str]:
    """The facts that a model reads, through views."""
    found: set[str] = set()
    for parent in lineage.parents(catalogue.MODELS, model):
        if parent in facts:
            found.add(parent)
        elif parent.startswith("int_") and parent not in TAKEN_AS_A_WHOLE:
            found |= _facts_below(parent, facts)
    return found


def not_held(rule: Rule, slices: Slices) -> str | None:
    """What the rule reads beyond its slice, and which slices hold it; None if it reads no more."""
    if rule.slice == WHOLE:
        return None
    read = _facts_below(rule.model, slices.facts)
    beyond = read - slices.held[rule.slice]
    if not beyond:
        return None
    others = [name for name, holds in slices.held.items() if read <= holds]
    return (
        f"{rule.id} reads {', '.join(sorted(beyond))}, which its slice {rule.slice} does not hold; "
        f"what it reads is held by: {', '.join(others) or 'no slice, so `slice: whole`'}"
    )
