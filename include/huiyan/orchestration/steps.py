"""What the tasks of the DAGs do: each opens its own connection and may be killed and repeated."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from huiyan.errors import WarehouseError
from huiyan.feeds.contract import load_contract
from huiyan.orchestration import calendar
from huiyan.settings import get_settings
from huiyan.warehouse.connection import connect

LATE = "feed_late"
STOPPED = "feed_stopped"
RULE_FAILED = "rule_failed"


@dataclass(frozen=True)
class Collected:
    """What was found in the landing zone.

    Attributes:
        status: landed, unchanged, missing or stopped.
        batch_id: the batch registered, None where there is none.
        message: why it stopped or what is missing.
    """

    status: str
    batch_id: int | None
    message: str

    def plain(self) -> dict[str, Any]:
        """As a dict, to be handed from task to task."""
        return asdict(self)


@contextmanager
def _while(doing: str) -> Iterator[None]:
    """Say in plain words that the database failed: it was stopped, its disk is full …"""
    try:
        yield
    except psycopg.Error as error:
        raise WarehouseError(
            f"PostgreSQL failed while {doing}: {str(error).strip()}. Nothing is lost; once it is "
            "well, run the date again."
        ) from error


def collect_feed(feed: str, business_date: date) -> Collected:
    """Register, archive and load one feed's delivery."""
    from huiyan.feeds.collect import collect

    result = collect(feed, business_date)
    return Collected(result.status, result.batch_id, result.message)


def is_waiting(feed: str, business_date: date, collected: Collected, now: datetime) -> bool:
    """Whether a delivery that is not there may still come.

    A daily feed is waited for until the evening of the handover day, so that a late delivery is
    taken in without anyone's help; a snapshot, which is never due, until the last deadline.
    """
    if collected.status != "missing":
        return False
    settings = get_settings()
    if calendar.deadline(load_contract(feed), business_date) is not None:
        return now < calendar.collected_until(business_date)
    contracts = calendar.subscribed_contracts(settings)
    return now < calendar.last_deadline(contracts, business_date)


def check_feed(feed: str, business_date: date, collected: Collected) -> bool:
    """Put what was collected through the quality gate and keep the operations alerts in step.

    Returns:
        Whether the day had already gone on without this delivery and must be evaluated anew.
    """
    from huiyan.quality.gate import check

    status, message = collected.status, collected.message
    if collected.batch_id is not None:
        # Also of a stopped one: a person may have decided it again since it was collected.
        gate = check(collected.batch_id)
        status, message = gate.status, gate.message
    with connect(role="huiyan_load") as connection:
        if status == "missing":
            is_due = calendar.deadline(load_contract(feed), business_date) is not None
            if is_due and not has_batch(connection, feed, business_date):
                raise_alert(connection, LATE, feed, business_date, message)
            return False
        went_on = resolve_alerts(connection, LATE, feed, business_date) or is_evaluated(
            connection, business_date
        )
        if status == "stopped":
            raise_alert(connection, STOPPED, feed, business_date, message)
            return False
        resolve_alerts(connection, STOPPED, feed, business_date)
    return went_on and collected.status == "landed"


def feeds_overdue(business_date: date, now: datetime) -> list[str]:
    """Daily feeds past their deadline of which nothing has come; raises their operations alerts."""
    overdue = []
    with connect(role="huiyan_load") as connection:
        for contract in calendar.subscribed_contracts(get_settings()):
            due = calendar.deadline(contract, business_date)
            if due is None or now < due or has_batch(connection, contract.name, business_date):
                continue
            message = (
                f"{contract.label} ({contract.name}) for {business_date} was due at "
                f"{due:%Y-%m-%d %H:%M} and has not come. Ask the sender; the day goes on without "
                "it and is evaluated anew as soon as it is there."
            )
            raise_alert(connection, LATE, contract.name, business_date, message)
            overdue.append(contract.name)
    return overdue


def must_be_released(business_date: date, now: datetime) -> bool:
    """Whether the day has to go on without the feeds that are not there: it is past the last
    deadline and nothing has been evaluated."""
    settings = get_settings()
    if now < calendar.last_deadline(calendar.subscribed_contracts(settings), business_date):
        return False
    with connect(settings, role="huiyan_load") as connection:
        return not is_evaluated(connection, business_date)


def evaluate_day(business_date: date) -> list[date]:
    """Evaluate the date and every later one that became stale; the dates whose marts are new.

    A rule that failed raises an operations alert and keeps neither the others nor the day back.
    """
    from huiyan.warehouse.evaluate import evaluate

    with _while(f"{business_date} was judged"):
        result = evaluate(business_date, in_full=get_settings().full)
    with connect(role="huiyan_build") as connection:
        for day, failures in result.failures.items():
            connection.execute(
                "update ops.operations_alert set resolved_at = clock_timestamp() where kind = %s"
                " and business_date = %s and feed <> all(%s) and resolved_at is null",
                (RULE_FAILED, day, list(failures)),
            )
            for rule_id, said in failures.items():
                message = (
                    f"{rule_id} failed on {day}: {said}. It found nothing new, and its hits stand "
                    "as they stood. Have the data it stumbled over corrected, or correct its SQL; "
                    "then run the date again."
                )
                raise_alert(connection, RULE_FAILED, rule_id, day, message)
    return list(result.dates) or [business_date]


def take_returns(business_date: date) -> dict[str, int]:
    """Take what bodies sent back for the date, before its alerts are issued; lines by outcome."""
    from huiyan.returns.accept import accept

    with _while(f"the returns of {business_date} were taken"):
        return accept(business_date).counts


def issue_alerts(business_date: date) -> list[dict[str, str]]:
    """Write alerts and the outbox.

    Returns:
        The extracts that wait, each as {"business_date": ..., "body_code": ...}; of other dates
        too where this one changed them or where they are due to be tried again.
    """
    from huiyan.alerts.issue import issue_all

    with _while(f"the alerts of {business_date} were issued"):
        issued = [
            (day.business_date, body) for day in issue_all([business_date]) for body in day.bodies
        ]
    waiting = [_waiting(*one) for one in issued]
    return waiting + [one for one in due_extracts() if one not in waiting]


def due_extracts() -> list[dict[str, str]]:
    """The extracts in the outbox whose turn has come, as `issue_alerts` gives them."""
    from huiyan.delivery.outbox import due

    with _while("the outbox was looked through"):
        return [_waiting(*one) for one in due()]


def _waiting(business_date: date, body_code: str) -> dict[str, str]:
    return {"business_date": business_date.isoformat(), "body_code": body_code}


def deliver_extract(business_date: date, body_code: str) -> str:
    """Hand one body its extract; what became of it."""
    from huiyan.delivery.deliver import deliver

    with _while(f"the extract of {business_date} for {body_code} was delivered"):
        return deliver(business_date, body_code).status


def write_brief(business_date: date) -> str:
    """Write and mail the operations brief; the path of its page."""
    from huiyan.brief.make import make

    return str(make(business_date).path)


def raise_alert(
    connection: psycopg.Connection, kind: str, feed: str, business_date: date, message: str
) -> None:
    """Record that a person must look after a feed-day; once, however often it is found."""
    connection.execute(
        "insert into ops.operations_alert (kind, feed, business_date, message)"
        " values (%s, %s, %s, %s) on conflict (kind, feed, business_date) do update"
        " set message = excluded.message, resolved_at = null",
        (kind, feed, business_date, message),
    )


def resolve_alerts(
    connection: psycopg.Connection, kind: str, feed: str, business_date: date
) -> bool:
    """Mark the alert as dealt with; whether one was open."""
    cursor = connection.execute(
        "update ops.operations_alert set resolved_at = clock_timestamp() where kind = %s"
        " and feed = %s and business_date = %s and resolved_at is null",
        (kind, feed, business_date),
    )
    return cursor.rowcount > 0


def is_evaluated(connection: psycopg.Connection, business_date: date) -> bool:
    """Whether the rules have ever judged this date."""
    row = connection.execute(
        "select 1 from ops.evaluation where business_date = %s", (business_date,)
    ).fetchone()
    return row is not None


def is_known(connection: psycopg.Connection, business_date: date) -> bool:
    """Whether anything has ever come for this date, of any feed, or the rules have judged it."""
    row = connection.execute(
        "select exists (select from ops.batch where business_date = %(day)s)"
        " or exists (select from ops.evaluation where business_date = %(day)s)",
        {"day": business_date},
    ).fetchone()
    return row == (True,)


def has_batch(connection: psycopg.Connection, feed: str, business_date: date) -> bool:
    """Whether anything of the feed has come for this date, accepted or not."""
    row = connection.execute(
        "select 1 from ops.batch where feed = %s and business_date = %s limit 1",
        (feed, business_date),
    ).fetchone()
    return row is not None
