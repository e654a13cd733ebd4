"""What the warehouse knows today beside a backtest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import psycopg

from huiyan.backtest.spells import Findings, Spell, clipped
from huiyan.errors import EvaluationError
from huiyan.lake.history import Hit


@dataclass(frozen=True)
class Unit:
    """A unit's name and township as of the latest evaluated date; None where not known."""

    name: str | None
    township: str | None


@dataclass(frozen=True)
class Overlap:
    """How much of a backtest's finds another rule's live hits have too.

    Attributes:
        subjects: subjects hit by both. units: units hit by both, on whatever subject.
    """

    rule_id: str
    name: str
    subjects: int
    units: int


@dataclass(frozen=True)
class Verdict:
    """Alerts on the backtest's subjects in one state: this rule's own and other rules'."""

    state: str
    own: int
    others: int


def evaluated_dates(
    connection: psycopg.Connection, since: date | None, until: date | None
) -> list[date]:
    """The evaluated business dates from `since` to `until`, in order.

    Raises:
        EvaluationError: there is none, or one of them waits to be evaluated again.
    """
    rows = connection.execute(
        "select business_date, state from ops.evaluation order by business_date"
    ).fetchall()
    wanted = {
        day: state
        for day, state in rows
        if (since is None or day >= since) and (until is None or day <= until)
    }
    if stale := [day for day, state in wanted.items() if state != "evaluated"]:
        raise EvaluationError(
            f"{stale[0]} waits to be evaluated again, so what is live is not settled. "
            f"Run it first: `huiyan run --date {stale[0]}`."
        )
    if not wanted:
        known = (
            f"They lie between {rows[0][0]} and {rows[-1][0]}." if rows else "There is none yet."
        )
        raise EvaluationError(
            f"No evaluated business date from {since or 'the beginning'} to {until or 'the end'}. "
            f"{known}"
        )
    return list(wanted)


def ledger(connection: psycopg.Connection, rule_id: str, days: list[date]) -> Findings:
    """What the daily evaluation found of a rule, seen from the first to the last of `days`."""
    rows = connection.execute(
        """
        select
            subject_type, subject_id, unit_id, finance_agency_code, treasury_agency_code,
            occurred_on, amount, base_tier, cast(evidence as text), detected_on, cleared_on
        from marts.fct_rule_hit_spell
        where rule_id = %s
        order by detected_on, subject_id
        """,
        (rule_id,),
    )
    spells = [Spell(Hit(*columns), detected, cleared) for *columns, detected, cleared in rows]
    return Findings((), clipped(spells, days[0], days[-1]))


def recorded_days(connection: psycopg.Connection, rule_id: str, days: list[date]) -> int:
    """On how many of `days` the daily evaluation had the rule."""
    row = connection.execute(
        "select count(*) from marts.fct_rule_run where rule_id = %s and business_date = any(%s)",
        (rule_id, days),
    ).fetchone()
    return int(row[0]) if row else 0


def units(connection: psycopg.Connection) -> dict[str, Unit]:
    """Every unit by its id."""
    rows = connection.execute("select unit_id, unit_name, township from marts.dim_unit")
    return {unit_id: Unit(name, township) for unit_id, name, township in rows}


def overlaps(
    connection: psycopg.Connection, rule_id: str, found: Findings, days: list[date]
) -> list[Overlap]:
    """Other rules whose live hits meet the backtest's, most subjects first."""
    hits = [each.hit for each in found.subjects().values()]
    rows = connection.execute(
        """
        select
            spells.rule_id,
            rules.name_zh,
            count(distinct spells.subject_id) filter (
                where (spells.subject_type, spells.subject_id) in (
                    select * from unnest(%(types)s::text[], %(subjects)s::text[])
                )
            ) as subjects,
            count(distinct spells.unit_id) filter (where spells.unit_id = any(%(units)s)) as units
        from marts.fct_rule_hit_spell as spells
        inner join marts.dim_rule as rules on spells.rule_id = rules.rule_id
        where
            spells.rule_id <> %(rule_id)s
            and spells.detected_on <= %(last)s
            and (spells.cleared_on is null or spells.cleared_on > %(first)s)
        group by spells.rule_id, rules.name_zh
        """,
        {
            "rule_id": rule_id,
            "types": [hit.subject_type for hit in hits],
            "subjects": [hit.subject_id for hit in hits],
            "units": sorted({hit.unit_id for hit in hits if hit.unit_id is not None}),
            "first": days[0],
            "last": days[-1],
        },
    )
    met = (Overlap(*row) for row in rows)
    return sorted(
        (each for each in met if each.subjects or each.units),
        key=lambda each: (-each.subjects, -each.units, each.rule_id),
    )


def verdicts(connection: psycopg.Connection, rule_id: str, hits: Collection[Hit]) -> list[Verdict]:
    """The states of today's alerts on the backtest's subjects, by state."""
    rows = connection.execute(
        """
        select
            alerts.state,
            count(*) filter (where alerts.rule_id = %(rule_id)s),
            count(*) filter (where alerts.rule_id <> %(rule_id)s)
        from ops.alert as alerts
        where (alerts.subject_type, alerts.subject_id) in (
            select * from unnest(%(types)s::text[], %(subjects)s::text[])
        )
        group by alerts.state
        order by alerts.state
        """,
        {
            "rule_id": rule_id,
            "types": [hit.subject_type for hit in hits],
            "subjects": [hit.subject_id for hit in hits],
        },
    )
    return [Verdict(*row) for row in rows]
