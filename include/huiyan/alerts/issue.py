"""Hits become alerts: opened or resolved, tiered, routed, given a due date, put into the outbox.

`issue(D)` judges business date D on the hits open as of D, the bodies, jurisdictions and unit names
as of D and the parameters in force on D, in one transaction that also writes the outbox. It first
takes back what the machine wrote for D and later, so a day can be issued again, and then issues in
order

- every evaluated date before D that has never been issued,
- D,
- every later date that had been issued, because what D changes may change them.

So dates may be issued in any order, each any number of times, with the same end. What people wrote
and what was handed over is never taken back: an extract whose content has not changed is not sent
again, one whose content has changed becomes the next version of that body's extract for that date.

Readings. The due date counts working days from the date on which the alert got its tier; a rise
never moves it later unless it had passed: the next body has its full time. On the first date after
it without an answer the body is reminded; some working days after that the alert goes to the next
body, one tier up, a red one to the body above. Each happens once while the alert has a tier. What a
body closes or hands on as a lead is no longer open; closed after a confirmed verdict it is looked
back on, and a new hit of the rule in the unit reopens the case. On the first date of a week a share
of what exceptions withheld and of what was resolved by itself in the week before is drawn and sent
to the verifying bodies; these samples are no open alerts. A body receives its whole list, new and
still open, on every business date on which it has one, and with it its joint cases; without one it
receives them on a date on which one of them is new, has changed or has ended. The state in an
extract supposes that extracts of earlier dates arrived, so that it does not depend on when they
did. The register of bodies says as of an extract's date which channel it takes.

An alert is a hit of a rule that is in trial or fixed on the business date and that no exception
covers on it; what a rule says of another rule's hit (LOOP-002) raises that one's tier instead. When
that ends, the alert is resolved and its bodies are told why, unless a person has begun on it; when
the rule is promoted again or the exception runs out, it is opened anew, with a new due date. An
alert that a body has settled (closed, handed over as a lead, or found untrue by who verifies it) is
resolved too, and not opened anew while the same hit stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from huiyan.alerts import demotion, joint
from huiyan.alerts.answered import with_answers
from huiyan.alerts.deadlines import WATCHES, sampled_week
from huiyan.alerts.statements import execute
from huiyan.alerts.statements import parameters as parameters_of
from huiyan.delivery.extract import (
    CaseMember,
    Extract,
    ExtractRow,
    GoneRow,
    JointRow,
    ReceivedFile,
    ReturnedRow,
)
from huiyan.delivery.folder import folder_name, sender_named
from huiyan.delivery.register import DEAD, route
from huiyan.errors import EvaluationError
from huiyan.returns.code import return_code
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import evaluate
from huiyan.warehouse.connection import connect

LOCK = 0x48594941  # advisory lock: issuing excludes issuing and delivering
CASE_LIMIT = 200  # members of a case that an extract lists
FORM_LIMIT = 1000  # refused lines of one form that go back
SETTLED_LIMIT = 10  # lines of one form, of alerts that have ended, that a receipt names
BODY_LIMIT = 2000  # refused lines of all forms of one body that go back
BEFORE_TIERS = (
    "bodies",
    "spells",
    "held",
    "hits",
    "settled",
    "resolve",
    "withheld",
    "open",
    "look_back",
    "sample_end",
    "withdraw",
)
TIER_REASONS = ("amount", "recurrence", "several_rules", "complaint")
PROBLEMS = {
    "no_jurisdiction": "No jurisdiction names the bodies of",
    "unknown_body": "The jurisdiction names a body that is not among the bodies, for",
    "no_independent_body": "Neither the body nor any above it is independent of",
}


@dataclass(frozen=True)
class IssueResult:
    """What issuing left to deliver for one business date.

    Attributes:
        bodies: codes of the bodies whose extract of that date waits in the outbox.
        open_alerts: alerts open as of the date. new_alerts: opened or reopened on it.
        cleared_alerts: resolved on it because their hit is gone, their rule no longer pushed, an
            exception begins or a body has settled them.
    """

    business_date: date
    bodies: list[str]
    open_alerts: int
    new_alerts: int
    cleared_alerts: int


def issue(business_date: date, settings: Settings | None = None) -> IssueResult:
    """Issue one business date (and what depends on it, see above).

    Raises:
        EvaluationError: the date has not been evaluated, or is stale.
    """
    results = issue_all([business_date], settings)
    return next(result for result in results if result.business_date == business_date)


def issue_all(
    business_dates: Sequence[date], settings: Settings | None = None
) -> list[IssueResult]:
    """Issue several business dates in one transaction; one result per date issued, in order.

    The results contain every date that was issued because of `business_dates`, so delivering all
    of them leaves nothing waiting.

    Raises:
        EvaluationError: one of the dates has not been evaluated, or is stale.
    """
    if not business_dates:
        return []
    settings = settings or get_settings()
    with connect(settings, role="huiyan_push") as connection:
        connection.execute("select pg_advisory_xact_lock_shared(%s)", [evaluate.LOCK])
        connection.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        days = _days(connection, business_dates)
        run = psycopg.ClientCursor(connection)
        parameters = parameters_of(days[0], settings)
        execute(run, "work_tables", parameters)
        execute(run, "rewind", parameters)
        _supersede_unissued(connection, days)
        for day in days:
            _issue_day(run, day, settings)
        execute(run, "refresh", parameters)
        return [_result(connection, day) for day in days]


def pending(settings: Settings | None = None) -> list[tuple[date, str]]:
    """Business date and body of every extract that waits in the outbox, oldest first."""
    with connect(settings, role="huiyan_push") as connection:
        return connection.execute(
            "select business_date, body_code from ops.delivery where state = 'pending' "
            "order by business_date, body_code"
        ).fetchall()


def _days(connection: psycopg.Connection, asked: Sequence[date]) -> list[date]:
    """The dates to issue, in order."""
    evaluated: dict[date, str] = dict(
        connection.execute("select business_date, state from ops.evaluation").fetchall()
    )
    for day in asked:
        if evaluated.get(day) != "evaluated":
            raise EvaluationError(
                f"Business date {day} cannot be issued: it "
                + ("is stale" if day in evaluated else "has not been evaluated")
                + f". Evaluate it first (`huiyan run --date {day}` does both)."
            )
    issued = {
        day for (day,) in connection.execute("select business_date from ops.alert_day").fetchall()
    }
    ready = {day for day, state in evaluated.items() if state == "evaluated"}
    last = max(asked)
    missed = {day for day in ready - issued if day < last}
    first = min(missed | set(asked))
    return sorted(set(asked) | missed | {day for day in issued & ready if day >= first})


def _issue_day(cursor: psycopg.ClientCursor[Any], day: date, settings: Settings) -> None:
    parameters = parameters_of(day, settings)
    # Views that judge a date read it from the transaction.
    cursor.execute("select set_config('huiyan.business_date', %s, true)", [day.isoformat()])
    week = sampled_week(cursor.connection, day)
    if week:
        drawn = {**parameters, "sample_from": week[0], "sample_until": week[1]}
        execute(cursor, "sample_draw", drawn)
    for name in BEFORE_TIERS:
        execute(cursor, name, parameters)
    for reason in TIER_REASONS:
        execute(cursor, "tier_step", {**parameters, "reason_code": reason})
    for name in ("overdue", "tiers", "routes", "assign"):
        execute(cursor, name, parameters)
    _raise_routing_problems(cursor.connection, day)
    _warn_of_idle_exceptions(cursor.connection, day)
    for kind, message in joint.keep(cursor, parameters).items():
        _note(cursor.connection, kind, joint.FEED, day, message)
    for kind, watch in WATCHES.items():
        _note(cursor.connection, kind, "bodies", day, watch(cursor.connection, day))
    extracts = _extracts(cursor, day, parameters, settings.return_key_bytes())
    for extract in extracts:
        _put_into_outbox(cursor.connection, extract)
    served = [extract.body_code for extract in extracts]
    _supersede(cursor.connection, day, except_bodies=served)
    execute(cursor, "day", {**parameters, "served": served})
    fallen = demotion.demote(cursor, day, parameters)
    _note(cursor.connection, demotion.KIND, demotion.FEED, day, fallen)


def _raise_routing_problems(connection: psycopg.Connection, day: date) -> None:
    """One operations alert per kind of problem and day; resolved if the problem is gone."""
    found = {
        problem: (alerts, units)
        for problem, alerts, units in connection.execute(
            """
            select
                issue_route.problem,
                count(distinct issue_route.alert_id),
                array_agg(distinct coalesce(
                    issue_hit.finance_agency_code, issue_hit.treasury_agency_code,
                    issue_hit.unit_id, issue_hit.subject_id
                ))
            from issue_route
            inner join issue_hit on issue_route.alert_id = issue_hit.alert_id
            where issue_route.problem is not null
            group by issue_route.problem
            """
        ).fetchall()
    }
    for problem, words in PROBLEMS.items():
        alerts, units = found.get(problem, (0, []))
        message = (
            f"{words} {_some(units)}. Alerts sent to the default office: {alerts}. Correct the "
            "jurisdictions or the bodies and deliver them again."
        )
        _note(connection, problem, "jurisdictions", day, message if units else None)


def _warn_of_idle_exceptions(connection: psycopg.Connection, day: date) -> None:
    """One operations alert per day for exceptions in force that can except nothing."""
    rows = connection.execute(
        """
        select exceptions.rule_id || ' ' || coalesce(exceptions.unit_id, exceptions.subject_id)
        from reference.alert_suppression as exceptions
        left join marts.dim_rule as rules on exceptions.rule_id = rules.rule_id
        left join marts.dim_unit as units on exceptions.unit_id = units.unit_id
        where
            exceptions.valid_from <= %(day)s
            and (exceptions.valid_to is null or exceptions.valid_to > %(day)s)
            and (
                rules.rule_id is null
                or (exceptions.unit_id is not null and units.unit_id is null)
            )
        order by 1
        """,
        {"day": day},
    ).fetchall()
    named = [name for (name,) in rows]
    message = (
        f"There is no such rule, or no such unit, as these exceptions name: {_some(named)}. They "
        "except nothing: correct alert_suppression.csv."
    )
    _note(connection, "idle_exception", "alert_suppression", day, message if named else None)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (" …" if len(names) > 20 else "")


def _note(
    connection: psycopg.Connection, kind: str, feed: str, day: date, message: str | None
) -> None:
    """Raise the operations alert of that kind and day, or resolve it if there is no message."""
    if message is None:
        connection.execute(
            "update ops.operations_alert set resolved_at = clock_timestamp() "
            "where kind = %s and feed = %s and business_date = %s and resolved_at is null",
            [kind, feed, day],
        )
        return
    connection.execute(
        "insert into ops.operations_alert (kind, feed, business_date, message) "
        "values (%s, %s, %s, %s) on conflict (kind, feed, business_date) "
        "do update set message = excluded.message, resolved_at = null",
        [kind, feed, day, message],
    )


def _extracts(
    cursor: psycopg.ClientCursor[Any], day: date, parameters: dict[str, Any], key: bytes
) -> list[Extract]:
    rows: dict[str, list[ExtractRow]] = defaultdict(list)
    gone: dict[str, list[GoneRow]] = defaultdict(list)
    returned: dict[str, list[ReturnedRow]] = defaultdict(list)
    received: dict[str, list[ReceivedFile]] = defaultdict(list)
    cases: dict[str, list[CaseMember]] = defaultdict(list)
    told: dict[str, list[JointRow]] = defaultdict(list)
    names: dict[str, str] = {}
    with psycopg.ClientCursor(cursor.connection, row_factory=dict_row) as reader:
        for statement in ("rows", "sample_rows"):
            execute(reader, statement, parameters)
            for row in reader:
                body = row.pop("body_code")
                names[body] = row.pop("body_name")
                code = return_code(key, body, day, row["alert_id"])
                rows[body].append(ExtractRow.of({**row, "return_code": code}))
        execute(reader, "gone", parameters)
        for row in reader:
            body = row.pop("body_code")
            names.setdefault(body, row.pop("body_name"))
            gone[body].append(GoneRow(**{**row, "settled": tuple(row["settled"])}))
        limits = {"form_limit": FORM_LIMIT, "body_limit": BODY_LIMIT}
        execute(reader, "returned", {**parameters, **limits})
        for row in reader:
            body = row.pop("body_code")
            names.setdefault(body, row.pop("body_name"))
            returned[body].append(ReturnedRow(**{**row, "reasons": tuple(row["reasons"])}))
        # A receipt goes with what is sent anyhow; by itself it is no reason to write to anybody.
        execute(reader, "received", {**parameters, "settled_limit": SETTLED_LIMIT})
        for row in reader:
            # Lines of one body may come in another's file, whose name is not for it.
            body = row.pop("body_code")
            if sender_named(row["file_name"]) == folder_name(body):
                why = tuple(row["settled_why"])
                received[body].append(ReceivedFile(**{**row, "settled_why": why}))
        execute(reader, "case_members", {**parameters, "case_limit": CASE_LIMIT})
        for row in reader:
            cases[row.pop("body_code")].append(CaseMember(**row))
        execute(reader, "joint_rows", parameters)
        for row in reader:
            body, name = row.pop("body_code"), row.pop("body_name")
            told[body].append(JointRow(**row))
            # What stands as it stood is no reason to write to anybody.
            if row["standing"] != "standing":
                names.setdefault(body, name)
    concluded = joint.concluded(cursor, parameters)
    answered = with_answers(cursor, parameters, rows)
    return [
        Extract(
            body,
            names[body],
            day,
            tuple(
                replace(row, concluded=concluded.get((body, row.alert_id), ()))
                for row in answered.get(body, ())
            ),
            tuple(gone[body]),
            tuple(returned[body]),
            tuple(cases[body]),
            tuple(told[body]),
            tuple(received[body]),
        )
        for body in sorted(names)
    ]


def _put_into_outbox(connection: psycopg.Connection, extract: Extract) -> None:
    """Add the extract as the next version, unless it is what the latest one already says."""
    content_hash = extract.content_hash()
    latest = connection.execute(
        "select version, state, content_hash from ops.delivery "
        "where body_code = %s and business_date = %s order by version desc limit 1",
        [extract.body_code, extract.business_date],
    ).fetchone()
    if latest and latest[1] != "superseded" and latest[2] == content_hash:
        return
    _supersede(connection, extract.business_date, bodies=[extract.body_code])
    channel, address = route(connection, extract.body_code, extract.business_date)
    row = connection.execute(
        "insert into ops.delivery (body_code, body_name, business_date, version, channel, address, "
        "state, content_hash, content) "
        "values (%s, %s, %s, %s, %s, %s, 'pending', %s, %s::jsonb) "
        "returning delivery_id",
        [
            extract.body_code,
            extract.body_name,
            extract.business_date,
            latest[0] + 1 if latest else 1,
            channel,
            address or None,
            content_hash,
            extract.to_json(),
        ],
    ).fetchone()
    assert row is not None  # noqa: S101
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.delivery_alert (delivery_id, alert_id, role, is_new) "
            "values (%s, %s, %s, %s)",
            [(row[0], line.alert_id, line.role, line.is_new) for line in extract.rows],
        )


def _supersede(
    connection: psycopg.Connection,
    day: date,
    *,
    bodies: Iterable[str] | None = None,
    except_bodies: Iterable[str] = (),
) -> None:
    """Withdraw what waits in the outbox for `day` or was given up: of `bodies`, or of all but
    `except_bodies`."""
    connection.execute(
        "with withdrawn as (update ops.delivery set state = 'superseded' "
        "where state in ('pending', 'dead') and business_date = %(day)s "
        "and (%(bodies)s::text[] is null or body_code = any(%(bodies)s)) "
        "and body_code <> all(%(except)s) returning delivery_id, body_code), "
        "resolved as (update ops.operations_alert set resolved_at = clock_timestamp() "
        "from withdrawn where kind = %(dead)s and feed = withdrawn.body_code "
        "and business_date = %(day)s and resolved_at is null) "
        "delete from ops.delivery_alert using withdrawn "
        "where delivery_alert.delivery_id = withdrawn.delivery_id",
        {
            "day": day,
            "dead": DEAD,
            "bodies": None if bodies is None else list(bodies),
            "except": list(except_bodies),
        },
    )


def _supersede_unissued(connection: psycopg.Connection, days: list[date]) -> None:
    """Withdraw what waits for later dates that are stale: they are issued anew when evaluated."""
    for (day,) in connection.execute(
        "select distinct business_date from ops.delivery where state in ('pending', 'dead') "
        "and business_date > %s and business_date <> all(%s)",
        [days[0], days],
    ).fetchall():
        _supersede(connection, day)


def _result(connection: psycopg.Connection, day: date) -> IssueResult:
    bodies = connection.execute(
        "select body_code from ops.delivery where state = 'pending' and business_date = %s "
        "order by body_code",
        [day],
    ).fetchall()
    counts = connection.execute(
        "select open_alerts, new_alerts, cleared_alerts from ops.alert_day "
        "where business_date = %s",
        [day],
    ).fetchone()
    assert counts is not None  # noqa: S101
    return IssueResult(day, [body for (body,) in bodies], *counts)
