"""The disposal loop's own thresholds and dates: reminders, escalation, look-back, samples, load.

The thresholds are rows of the reviewed seed `rule_parameters` under `ALL`.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import psycopg

from huiyan.errors import EvaluationError
from huiyan.rules.catalogue import PARAMETERS, SHARED, Parameter, load_parameters
from huiyan.settings import REPOSITORY
from huiyan.workdays import workdays_before

# What a body must say for the clock to stop: what it found, or what became of it.
ANSWERS = ("confirmed", "partly", "not_confirmed", "rectifying", "closed", "transferred_as_lead")


@lru_cache(maxsize=1)
def _shared() -> tuple[Parameter, ...]:
    return tuple(row for row in load_parameters() if row.rule_id == SHARED)


def threshold(name: str, day: date) -> Decimal:
    """The value of a shared threshold on a business date.

    Raises:
        EvaluationError: none, or more than one, is in force on it.
    """
    values = [row.value for row in _shared() if row.parameter == name and row.is_in_force(day)]
    if len(values) != 1:
        raise EvaluationError(
            f"{len(values)} values of {SHARED} {name} are in force on {day}; one must be. "
            f"Correct {PARAMETERS.relative_to(REPOSITORY)}."
        )
    return Decimal(values[0])


def dates(day: date) -> dict[str, Any]:
    """What the statements are told of deadlines on a business date.

    Keys: `answers` (states that stop the clock), `reminded_until` (whoever was reminded by then has
    had the working days that a reminder gives), `look_back_from` (earliest closing still looked
    back on), `sample_percent`.
    """
    return {
        "answers": list(ANSWERS),
        "reminded_until": workdays_before(day, int(threshold("reminder_days", day))),
        "look_back_from": day - timedelta(days=int(threshold("look_back_days", day))),
        "sample_percent": threshold("sample_percent", day),
    }


def sampled_week(connection: psycopg.Connection, day: date) -> tuple[date, date] | None:
    """Monday and Sunday of the week whose samples are drawn on `day`.

    That is the week of the date issued before it, if `day` is the first of a later ISO week.
    """
    row = connection.execute(
        "select max(business_date) from ops.alert_day where business_date < %s", [day]
    ).fetchone()
    before: date | None = row[0] if row else None
    if before is None:
        return None
    monday = before - timedelta(days=before.weekday())
    return (monday, monday + timedelta(days=6)) if day > monday + timedelta(days=6) else None


def overloaded_bodies(connection: psycopg.Connection, day: date) -> str | None:
    """What to tell the operators of bodies with more open alerts than their people can deal with.

    A body whose headcount is not registered has no limit. Samples do not count.
    """
    limit = threshold("alerts_per_person", day)
    rows = connection.execute(
        """
        select
            routes.body_code,
            count(distinct routes.alert_id),
            floor(bodies.headcount * %(limit)s::numeric)
        from ops.alert_route as routes
        inner join ops.alert_opening as openings
            on routes.alert_id = openings.alert_id and openings.resolved_on is null
        inner join staging.stg_supervision__body as bodies
            on
                routes.body_code = bodies.body_code
                and bodies.valid_from <= %(day)s
                and (bodies.valid_to is null or bodies.valid_to > %(day)s)
        where routes.ended_on is null
        group by routes.body_code, bodies.headcount
        having count(distinct routes.alert_id) > bodies.headcount * %(limit)s::numeric
        order by routes.body_code
        """,
        {"day": day, "limit": limit},
    ).fetchall()
    if not rows:
        return None
    said = ", ".join(f"{code} {found} (limit {most})" for code, found, most in rows)
    return (
        f"Bodies have more open alerts than {limit.normalize():f} per person: {said}. All of them "
        "were sent. Ask for more people, or have rules or exceptions reviewed."
    )


def silent_bodies(connection: psycopg.Connection, day: date) -> str | None:
    """What to tell the operators of bodies that have alerts and send nothing back.

    A body is silent if for a set number of working days it has had an alert on which it has given
    no verdict, and nothing of it, not even a receipt, came in them.
    """
    days = int(threshold("silence_days", day))
    rows = connection.execute(
        """
        select routes.body_code
        from ops.alert_route as routes
        inner join ops.alert_opening as openings
            on routes.alert_id = openings.alert_id and openings.resolved_on is null
        where
            routes.ended_on is null
            and not exists (
                select 1
                from ops.alert_event as answers
                where
                    answers.body_code = routes.body_code
                    and answers.business_date > %(since)s
                    and answers.business_date <= %(day)s
            )
            and not exists (
                select 1
                from ops.alert_event as answers
                where
                    answers.alert_id = routes.alert_id
                    and answers.body_code = routes.body_code
                    and answers.to_state = any(%(answers)s)
                    and answers.business_date between openings.opened_on and %(day)s
            )
        group by routes.body_code
        having min(routes.assigned_on) <= %(since)s
        order by routes.body_code
        """,
        {"day": day, "since": workdays_before(day, days), "answers": list(ANSWERS)},
    ).fetchall()
    if not rows:
        return None
    named = ", ".join(code for (code,) in rows[:20]) + (" …" if len(rows) > 20 else "")
    return (
        f"Nothing has come back from these bodies for {days} working days, not even a receipt: "
        f"{named}. Ask them whether they get their extracts."
    )


WATCHES: dict[str, Callable[[psycopg.Connection, date], str | None]] = {
    "overloaded_body": overloaded_bodies,
    "silent_body": silent_bodies,
}
