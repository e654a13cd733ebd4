"""A backtest as tables of text: the terminal and the page show the same ones."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from huiyan.backtest.result import Result
from huiyan.backtest.spells import Subject

NONE, UNKNOWN = "no township", "not known"


@dataclass(frozen=True)
class Sheet:
    """One table; its first column is text, the others are numbers unless `text_columns` says more.

    Attributes:
        note: a sentence under the title, empty if none is needed.
    """

    title: str
    note: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1


@dataclass(frozen=True)
class Group:
    """Subjects that share a month or a township.

    Attributes:
        found, live: how many each side hit. new, gone: found only, live only. cleared: found and
            no longer hit at the end. units: units of those found.
    """

    key: str
    found: int
    live: int
    new: int
    gone: int
    cleared: int
    units: int


def _grouped(result: Result, key: Callable[[Subject], str]) -> list[Group]:
    """Subjects of both sides, each side by its own key, in the order of the keys."""
    found = result.found.subjects()
    live = result.live.subjects()
    keys = sorted({key(each) for each in (*found.values(), *live.values())})
    groups = []
    for name in keys:
        ours = {subject: each for subject, each in found.items() if key(each) == name}
        theirs = {subject for subject, each in live.items() if key(each) == name}
        groups.append(
            Group(
                name,
                len(ours),
                len(theirs),
                len(ours.keys() - live.keys()),
                len(theirs - found.keys()),
                sum(each.cleared_on is not None for each in ours.values()),
                len({each.hit.unit_id for each in ours.values()} - {None}),
            )
        )
    return groups


def months(result: Result) -> list[Group]:
    """Subjects by the month in which each side first detected them."""
    return _grouped(result, lambda subject: subject.first_detected_on.isoformat()[:7])


def townships(result: Result) -> list[Group]:
    """Subjects by the township of their unit; units of the district itself have none."""

    def township(subject: Subject) -> str:
        if subject.hit.unit_id not in result.units:
            return UNKNOWN
        return result.unit(subject.hit.unit_id).township or NONE

    return _grouped(result, township)


def _count(number: int) -> str:
    return f"{number:,}"


def _sheet(title: str, note: str, first: str, groups: Iterable[Group]) -> Sheet:
    return Sheet(
        title,
        note,
        (first, "found", "live", "new", "gone", "cleared", "units"),
        tuple(
            (
                each.key,
                *map(
                    _count,
                    (each.found, each.live, each.new, each.gone, each.cleared, each.units),
                ),
            )
            for each in groups
        ),
    )


def facts(result: Result) -> list[tuple[str, str]]:
    """What was judged and how, as pairs of label and text."""
    first, last = result.days[0], result.days[-1]
    idle = sum(day.status in ("not_evaluated", "retired") for day in result.found.days)
    by_change = [change for change, _ in result.changes()]
    return [
        ("dates", f"{len(result.days):,} evaluated business dates, {first} to {last}"),
        (
            "not evaluated",
            f"on {idle:,} of them: a feed was missing, or the rule retired" if idle else "never",
        ),
        (
            "parameters",
            "\n".join(
                f"{each.name} = {' then '.join(f'{value:f}' for value in each.in_force)}"
                + ("" if each.tried is None else f"; tried: {each.tried:f}")
                for each in result.thresholds
            )
            or "none",
        ),
        ("live", result.live_is),
        ("population", f"{result.found.days[-1].population or 0:,} subjects on {last}"),
        (
            "hits",
            f"{by_change.count('new') + by_change.count('same'):,}, of them "
            f"{by_change.count('new'):,} not live; {by_change.count('gone'):,} live ones gone",
        ),
        (
            "alerts",
            ", ".join(
                f"{tier} {number:,} (live {result.live_volume.tiers[tier]:,})"
                for tier, number in result.volume.tiers.items()
            )
            + (f"; {result.volume.suppressed:,} suppressed" if result.volume.suppressed else ""),
        ),
    ]


def sheets(result: Result) -> list[Sheet]:
    """The tables, in the order in which they are read."""
    found = result.found.subjects()
    units = {each.hit.unit_id for each in found.values()} - {None}
    on_first = sum(each.first_detected_on == result.days[0] for each in found.values())
    ours, theirs = result.volume.bodies, result.live_volume.bodies
    bodies = sorted({*ours, *theirs}, key=lambda key: (-sum(ours.get(key, (0, 0))), key[0], key[1]))
    return [
        _sheet(
            "Hits per month",
            f"By the month of first detection. {on_first:,} stood on the first date already or were"
            f" found on it ({result.days[0]}).",
            "month",
            months(result),
        ),
        _sheet(
            "Hits per township",
            "Township of the unit as of the latest evaluated date.",
            "township",
            townships(result),
        ),
        Sheet(
            "Overlap with other rules",
            f"Live hits of other rules within these dates on the {len(found):,} subjects found, and"
            f" in their {len(units):,} units.",
            ("rule", "name", "subjects", "units"),
            tuple(
                (each.rule_id, each.name, _count(each.subjects), _count(each.units))
                for each in result.overlaps
            ),
            text_columns=2,
        ),
        Sheet(
            "Verdicts so far",
            "States of the alerts there are today on the subjects found.",
            ("state", "of this rule", "of other rules"),
            tuple((each.state, _count(each.own), _count(each.others)) for each in result.verdicts),
        ),
        Sheet(
            "Volume per body",
            "Alerts opened within these dates, routed as on the date of detection.",
            ("body", "to dispose", "live", "to verify", "live"),
            tuple(
                (
                    f"{name} {code}",
                    _count(ours.get((name, code), (0, 0))[0]),
                    _count(theirs.get((name, code), (0, 0))[0]),
                    _count(ours.get((name, code), (0, 0))[1]),
                    _count(theirs.get((name, code), (0, 0))[1]),
                )
                for name, code in bodies
            ),
        ),
    ]
