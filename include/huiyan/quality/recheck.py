"""Decides a stopped feed-day again, with the present contract and code, and records who wanted it.

The sender's bytes stay the same: only what stopped them may have changed (a contract, a reader),
or a person has confirmed that an unusual delivery is lawful. What was confirmed holds for that one
batch; every other cause stops it again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from huiyan.errors import FeedError, NotFoundError
from huiyan.feeds import cards
from huiyan.feeds.collect import collect_archived
from huiyan.feeds.contract import load_contract
from huiyan.quality import gate
from huiyan.quality.docs import publish
from huiyan.quality.gate import Cause, GateResult
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import engine


@dataclass(frozen=True)
class _Stopped:
    """The latest version of a feed-day, which is stopped."""

    batch_id: int
    feed: str
    business_date: date
    error: str
    has_landed: bool


@dataclass(frozen=True)
class _Order:
    """Who wants the day decided again, why, and what they confirmed."""

    by: str
    reason: str
    confirmed: frozenset[Cause]


@contextmanager
def _begin(settings: Settings) -> Iterator[Connection]:
    with engine(settings).begin() as connection:
        connection.execute(text("set local role huiyan_load"))
        yield connection


def _latest(connection: Connection, feed: str, business_date: date) -> _Stopped:
    """The feed-day's latest version, locked.

    Raises:
        NotFoundError: nothing has come.
        FeedError: it is not stopped.
    """
    row = connection.execute(
        text(
            "select batch_id, feed, business_date, status, error, "
            "decided_at is not null as has_landed from ops.batch "
            "where feed = :feed and business_date = :business_date "
            "order by version desc limit 1 for no key update"
        ),
        {"feed": feed, "business_date": business_date},
    ).mappings().one_or_none()  # fmt: skip
    if row is None:
        raise NotFoundError(
            f"Nothing of {feed} has come for {business_date}; `huiyan feeds collect {feed} "
            f"--date {business_date}` brings in what lies in the landing zone."
        )
    if row["status"] != "stopped":
        raise FeedError(
            f"{feed} of {business_date} is not stopped: its latest version (batch "
            f"{row['batch_id']}) is {row['status']}. Only a stopped day is decided again."
        )
    return _Stopped(
        row["batch_id"],
        row["feed"],
        row["business_date"],
        row["error"] or "stopped",
        row["has_landed"],
    )


def _record(
    connection: Connection, stopped: _Stopped, batch_id: int, order: _Order, result: GateResult
) -> None:
    connection.execute(
        text(
            "insert into ops.recheck (stopped_batch_id, batch_id, decided_by, reason, "
            "confirmed_causes, error_before, status_after, error_after) values (:stopped, "
            ":batch_id, :by, :reason, :confirmed, :error_before, :status, :error_after)"
        ),
        {
            "stopped": stopped.batch_id,
            "batch_id": batch_id,
            "by": order.by,
            "reason": order.reason,
            "confirmed": sorted(order.confirmed),
            "error_before": stopped.error,
            "status": result.status,
            "error_after": result.message if result.status == "stopped" else None,
        },
    )


def recheck(
    feed: str,
    business_date: date,
    *,
    by: str,
    reason: str,
    confirmed: frozenset[Cause] = frozenset(),
    read_again: bool = False,
    settings: Settings | None = None,
) -> GateResult:
    """Decide the latest, stopped version of a feed-day again.

    What is in landing is checked again there; what never landed is read from the archive as a new
    version. Who, why and what came of it are added to `ops.recheck`, whatever comes of it.

    Args:
        by: the person who answers for it. reason: why the same bytes are looked at again.
        confirmed: causes a person has confirmed as lawful; they do not stop this batch.
        read_again: read the archived files anew although they landed (the reader was mended).

    Raises:
        NotFoundError: no such feed, or nothing has come.
        FeedError: the day is not stopped, or `by` or `reason` is empty.
        LandingError: the archived delivery cannot be put together again.
        WarehouseError: a check could not run; nothing was decided.
    """
    settings = settings or get_settings()
    load_contract(feed)
    order = _Order(cards.hide_all(by.strip()), cards.hide_all(reason.strip()), confirmed)
    if not order.by or not order.reason:
        raise FeedError("Say who decides and why: neither the name nor the reason may be empty.")
    with _begin(settings) as connection:
        stopped = _latest(connection, feed, business_date)
        from_landing = stopped.has_landed and not read_again
        if from_landing:
            result = gate.decide_again(connection, stopped.batch_id, confirmed, settings)
            _record(connection, stopped, stopped.batch_id, order, result)
    if not from_landing:
        return _read_again(stopped, order, settings)
    publish(stopped.batch_id, settings)
    return result


def _read_again(stopped: _Stopped, order: _Order, settings: Settings) -> GateResult:
    read = collect_archived(stopped.feed, stopped.business_date, settings)
    batch_id = read.batch_id or stopped.batch_id
    with _begin(settings) as connection:
        if read.status == "stopped":
            result = GateResult("stopped", read.rows, 0, 0, read.message)
        else:
            result = gate.decide_again(connection, batch_id, order.confirmed, settings)
        _record(connection, stopped, batch_id, order, result)
    if read.status != "stopped":
        publish(batch_id, settings)
    return result
