"""Reviewed exceptions that except nothing, most often for a mistyped rule, subject or unit.

A rule or a unit that is not there can be told at once. That no hit on a subject was ever found may
be right: the exception may have been made before there was one.
"""

from collections.abc import Sequence
from datetime import date

import psycopg

from huiyan.rules.exceptions import AlertException

Entry = tuple[str, str | None, str | None, date, date]

IDLE = """
select
    named.place,
    rules.rule_id is not null as knows_rule,
    named.unit_id is null or units.unit_id is not null as knows_unit
from unnest(%(rules)s::text[], %(subjects)s::text[], %(units)s::text[])
with ordinality as named (rule_id, subject_id, unit_id, place)
left join marts.dim_rule as rules on named.rule_id = rules.rule_id
left join marts.dim_unit as units on named.unit_id = units.unit_id
where
    rules.rule_id is null
    or (named.unit_id is not null and units.unit_id is null)
    or (
        named.subject_id is not null
        and not exists (
            select 1
            from marts.fct_rule_hit_spell as hits
            where
                hits.rule_id = named.rule_id
                and hits.subject_id = named.subject_id
                and (named.unit_id is null or hits.unit_id = named.unit_id)
        )
    )
order by named.place
"""


def entry(exception: AlertException) -> Entry:
    """What it excepts and when, by which it is found again in another reading of the list."""
    return (
        exception.rule_id,
        exception.subject_id,
        exception.unit_id,
        exception.valid_from,
        exception.valid_to,
    )


def entries_in_warehouse(connection: psycopg.Connection) -> set[Entry]:
    """The exceptions that the warehouse was last given; none before it was ever judged by."""
    if not _is_there(connection, "reference.alert_suppression"):
        return set()
    return set(
        connection.execute(
            "select rule_id, subject_id, unit_id, valid_from, valid_to "
            "from reference.alert_suppression"
        ).fetchall()
    )


def idle(
    connection: psycopg.Connection, exceptions: Sequence[AlertException], business_date: date
) -> list[str]:
    """Those among `exceptions` that have not run out on the date and match no hit ever found: each
    with its file and line, and why."""
    current = [each for each in exceptions if each.valid_to > business_date]
    if not current or not _is_there(connection, "marts.fct_rule_hit_spell"):
        return []
    rows = connection.execute(
        IDLE,
        {
            "rules": [each.rule_id for each in current],
            "subjects": [each.subject_id for each in current],
            "units": [each.unit_id for each in current],
        },
    )
    return [
        _words(current[place - 1], knows_rule=knows_rule, knows_unit=knows_unit)
        for place, knows_rule, knows_unit in rows
    ]


def _words(exception: AlertException, *, knows_rule: bool, knows_unit: bool) -> str:
    if not knows_rule:
        why = f"there is no rule {exception.rule_id}"
    elif not knows_unit:
        why = f"there is no unit {exception.unit_id}"
    else:
        in_unit = f" in unit {exception.unit_id}" if exception.unit_id else ""
        why = f"no hit of {exception.rule_id} on this subject{in_unit} was ever found"
    named = " ".join(
        part for part in (exception.rule_id, exception.subject_id, exception.unit_id) if part
    )
    return f"{exception.where}: {named} excepts nothing: {why}. Look for a typing error."


def _is_there(connection: psycopg.Connection, table: str) -> bool:
    return connection.execute("select to_regclass(%s)", [table]).fetchone() != (None,)
