"""What a rule found over a range of dates: unbroken times of hitting, as the ledger keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from huiyan.lake.history import Hit, Judged


@dataclass(frozen=True)
class Spell:
    """One unbroken time in which the rule hit a subject.

    Attributes:
        hit: the subject as it was when it was detected.
        cleared_on: the date on which it was no longer hit, None if it still is at the end.
    """

    hit: Hit
    detected_on: date
    cleared_on: date | None


@dataclass(frozen=True)
class Day:
    """A date on the ledger; the counts are None or 0 if the rule could not be evaluated."""

    business_date: date
    status: str
    population: int | None
    hits: int | None
    new_hits: int
    cleared_hits: int


@dataclass(frozen=True)
class Findings:
    """Everything one way of judging found: its dates and its spells, by detection and subject."""

    days: tuple[Day, ...]
    spells: tuple[Spell, ...]

    def subjects(self) -> dict[str, "Subject"]:
        """One entry per subject hit at any time."""
        found: dict[str, Subject] = {}
        for spell in self.spells:
            earlier = found.get(spell.hit.subject_id)
            first = spell.detected_on if earlier is None else earlier.first_detected_on
            found[spell.hit.subject_id] = Subject(spell.hit, first, spell.cleared_on)
        return found


@dataclass(frozen=True)
class Subject:
    """A subject over the range: as last detected, first detected, and cleared or still hit."""

    hit: Hit
    first_detected_on: date
    cleared_on: date | None


def _in_order(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    return tuple(sorted(spells, key=lambda each: (each.detected_on, each.hit.subject_id)))


def gather(judged: Iterable[Judged]) -> Findings:
    """Follow a rule from date to date; one that could not evaluate it leaves its hits standing."""
    days: list[Day] = []
    open_spells: dict[str, Spell] = {}
    ended: list[Spell] = []
    for each in judged:
        new: list[str] = []
        gone: list[str] = []
        if each.is_evaluated:
            new = sorted(each.subjects - open_spells.keys())
            gone = sorted(open_spells.keys() - each.subjects)
            ended += [
                replace(open_spells.pop(subject), cleared_on=each.business_date) for subject in gone
            ]
            for hit in each.read(new) if new else ():
                open_spells[hit.subject_id] = Spell(hit, each.business_date, None)
        days.append(
            Day(each.business_date, each.status, each.population, each.hits, len(new), len(gone))
        )
    return Findings(tuple(days), _in_order([*ended, *open_spells.values()]))


def clipped(spells: Iterable[Spell], first: date, last: date) -> tuple[Spell, ...]:
    """Spells as somebody sees them who looks from `first` to `last` only."""
    return _in_order(
        replace(
            spell,
            detected_on=max(spell.detected_on, first),
            cleared_on=None
            if spell.cleared_on is None or spell.cleared_on > last
            else spell.cleared_on,
        )
        for spell in spells
        if spell.detected_on <= last and (spell.cleared_on is None or spell.cleared_on > first)
    )
