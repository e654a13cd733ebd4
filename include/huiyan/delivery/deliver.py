"""Hands over what waits in the outbox: one body, one business date, one channel.

One attempt is three steps, and the process may be killed between any two of them:

1. The attempt is written down and committed: how often, when the next one is due.
2. The extract goes to the outbox folder, which is the operator's own archive of what was sent
   whatever the channel, and then over the channel.
3. Receipt, state of the outbox row and state of the alerts are written in one transaction.

Whoever is killed after 2 leaves a row that waits; the repetition carries the same idempotency key.
The folder and SFTP find the same bytes in place and a webhook answers 409: nothing comes twice.
A mail comes twice, with the same Message-ID and saying so.

Locks belong to the session, so that 1 can be committed and a dead process holds none.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import psycopg

from huiyan.alerts.issue import LOCK
from huiyan.delivery.extract import Extract
from huiyan.delivery.folder import publish
from huiyan.delivery.parcel import NotTakenError, Parcel, Receipt, idempotency_key
from huiyan.delivery.register import DEAD, FOLDER, route
from huiyan.delivery.render import render
from huiyan.errors import DeliveryError
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import connect

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True)
class DeliveryResult:
    """What became of one body's extract.

    Attributes:
        status: delivered (now), unchanged (it had been delivered before) or nothing (there is
            no extract for this body and date).
        version: version that the body now has; null where there is none.
        location: where the extract went, a path or a URL; null unless delivered now.
    """

    business_date: date
    body_code: str
    status: str
    version: int | None = None
    location: str | None = None


@dataclass(frozen=True)
class _Attempt:
    """An attempt that has been written down."""

    delivery_id: int
    version: int
    content: dict[str, Any]
    channel: str
    address: str
    number: int
    maybe_sent: bool
    key: str


def wait_after(attempts: int) -> timedelta:
    """How long an extract waits after so many attempts: 5 minutes, then twice as long each time,
    at most 6 hours."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 10)), LONGEST_WAIT)


def deliver(
    business_date: date, body_code: str, settings: Settings | None = None
) -> DeliveryResult:
    """Send the body's waiting extract of the date now; nothing is sent if none waits.

    Two at once for one body and date: the second waits and then has nothing to send.

    Raises:
        DeliveryError: the channel did not take it, or it had been given up. It stays in the
            outbox.
    """
    settings = settings or get_settings()
    with connect(settings, role="huiyan_push") as connection:
        connection.execute("select pg_advisory_lock_shared(%s)", [LOCK])
        connection.execute(
            "select pg_advisory_lock(hashtextextended(%s, %s))",
            [f"{business_date} {body_code}", LOCK],
        )
        connection.commit()
        attempt = _begin(connection, business_date, body_code, settings)
        connection.commit()
        if attempt is None:
            return _without_sending(connection, business_date, body_code)
        try:
            receipt = _send(connection, settings, attempt)
        except Exception as error:
            connection.rollback()
            raise _failed(connection, attempt, business_date, body_code, error, settings) from error
        _record(connection, attempt, business_date, body_code, receipt)
    return DeliveryResult(business_date, body_code, "delivered", attempt.version, receipt.location)


def _begin(
    connection: psycopg.Connection, business_date: date, body_code: str, settings: Settings
) -> _Attempt | None:
    """Write down that the waiting extract is tried; None if none waits.

    It is marked as perhaps sent beforehand: a process that is killed cannot do so afterwards.
    """
    row = connection.execute(
        "select delivery_id, version, content, content_hash, attempts, maybe_sent "
        "from ops.delivery where business_date = %s and body_code = %s and state = 'pending' "
        "order by version desc limit 1 for update",
        [business_date, body_code],
    ).fetchone()
    if row is None:
        return None
    delivery_id, version, content, content_hash, attempts, maybe_sent = row
    if attempts >= settings.delivery_attempts:
        _bury(connection, delivery_id, business_date, body_code, attempts, "it was interrupted")
        return None
    channel, address = route(connection, body_code, business_date)
    turn, same_before = connection.execute(
        "select count(*) filter (where content_hash <> %(hash)s), "
        "coalesce(bool_or(maybe_sent) filter (where content_hash = %(hash)s), false) "
        "from ops.delivery where business_date = %(day)s and body_code = %(body)s "
        "and version < %(version)s and (last_attempt_at is not null or state = 'delivered')",
        {"day": business_date, "body": body_code, "version": version, "hash": content_hash},
    ).fetchone() or (0, False)
    connection.execute(
        "update ops.delivery set channel = %s, address = %s, attempts = %s, maybe_sent = %s, "
        "last_attempt_at = clock_timestamp(), next_attempt_at = clock_timestamp() + %s "
        "where delivery_id = %s",
        [
            channel,
            address or None,
            attempts + 1,
            channel != FOLDER,
            wait_after(attempts + 1),
            delivery_id,
        ],
    )
    return _Attempt(
        delivery_id,
        version,
        content,
        channel,
        address,
        attempts + 1,
        maybe_sent or same_before,
        idempotency_key(body_code, business_date, content_hash, turn),
    )


def _send(connection: psycopg.Connection, settings: Settings, attempt: _Attempt) -> Receipt:
    extract = Extract.from_dict(attempt.content)
    files = render(extract, version=attempt.version)
    path = publish(
        settings.outbox, extract.body_code, extract.business_date, attempt.version, files
    )
    if attempt.channel == FOLDER:
        return Receipt(str(path))
    from huiyan.delivery.access import KEY, channel_access, connection_id, encryption_key
    from huiyan.delivery.seal import seal

    access = channel_access(attempt.channel, extract.body_code)
    parcel = Parcel(
        extract, attempt.version, attempt.address, attempt.key, files, None, attempt.maybe_sent
    )
    wanted = access.flag("encrypt")
    secret = None if wanted is False else encryption_key(extract.body_code)
    if secret is not None:
        parcel = replace(parcel, sealed=seal(extract, attempt.version, files, secret))
    elif wanted or (wanted is None and _was_sealed(connection, extract.body_code)):
        raise NotTakenError(
            f"Extracts of {extract.body_code} are to be encrypted and its key is missing: make the "
            f"connection {connection_id(KEY, extract.body_code)} again."
        )
    # Nothing is held open while a server is slow to answer.
    connection.commit()
    try:
        receipt = _channel(attempt.channel)(access, parcel)
    except NotTakenError:
        raise
    except Exception as error:
        # Its text may hold anything: only the log, which masks secrets, shows it.
        raise NotTakenError(f"{type(error).__name__} (see the log)", maybe_sent=True) from error
    return replace(
        receipt,
        detail={
            **receipt.detail,
            "key": attempt.key,
            "encrypted": parcel.sealed is not None,
            "archive": str(path),
        },
    )


def _channel(name: str) -> Callable[[Any, Parcel], Receipt]:
    """The channel of that name; its library is imported only when it is used."""
    if name == "smtp":
        from huiyan.delivery import mail

        return mail.send
    if name == "sftp":
        from huiyan.delivery import sftp

        return sftp.send
    if name == "webhook":
        from huiyan.delivery import webhook

        return webhook.send
    raise NotTakenError(f"There is no channel {name!r}.")


def _was_sealed(connection: psycopg.Connection, body_code: str) -> bool:
    """Whether the body has been sent an encrypted extract: a lost key must not end that."""
    row = connection.execute(
        "select 1 from ops.delivery_receipt inner join ops.delivery using (delivery_id) "
        "where body_code = %s and detail ->> 'encrypted' = 'true' limit 1",
        [body_code],
    ).fetchone()
    return row is not None


def _failed(
    connection: psycopg.Connection,
    attempt: _Attempt,
    business_date: date,
    body_code: str,
    error: Exception,
    settings: Settings,
) -> DeliveryError:
    """Write down why the attempt failed; the error to raise."""
    known = isinstance(error, NotTakenError | OSError | ValueError)
    said = str(error) if known else f"{type(error).__name__} (see the log)"
    # Whatever else failed, failed before anything left the house.
    sent = isinstance(error, NotTakenError) and error.maybe_sent
    connection.execute(
        "update ops.delivery set last_error = %s, maybe_sent = %s where delivery_id = %s",
        [said, attempt.channel != FOLDER and (attempt.maybe_sent or sent), attempt.delivery_id],
    )
    tries = f"attempt {attempt.number} of {settings.delivery_attempts}"
    if attempt.number >= settings.delivery_attempts:
        _bury(connection, attempt.delivery_id, business_date, body_code, attempt.number, said)
        connection.commit()
        return DeliveryError(_given_up(business_date, body_code, said))
    connection.commit()
    return DeliveryError(
        f"The extract of {business_date} for {body_code} was not delivered by {attempt.channel} "
        f"({tries}): {said.rstrip('.')}. It waits in the outbox; put the cause right and deliver "
        f"it again (`huiyan run --date {business_date}`)."
    )


def _given_up(business_date: date, body_code: str, said: str) -> str:
    return (
        f"The extract of {business_date} for {body_code} was given up: {said.rstrip('.')}. Put the "
        f"cause right and send it again (`huiyan deliver --again --date {business_date} --body "
        f"{body_code}`)."
    )


def _bury(
    connection: psycopg.Connection,
    delivery_id: int,
    business_date: date,
    body_code: str,
    attempts: int,
    said: str,
) -> None:
    """Give the extract up until a person sends it again, and tell one."""
    connection.execute(
        "update ops.delivery set state = 'dead', next_attempt_at = null, "
        "last_error = coalesce(last_error, %s) where delivery_id = %s",
        [said, delivery_id],
    )
    connection.execute(
        "insert into ops.operations_alert (kind, feed, business_date, message) "
        "values (%s, %s, %s, %s) on conflict (kind, feed, business_date) "
        "do update set message = excluded.message, resolved_at = null",
        [
            DEAD,
            body_code,
            business_date,
            f"{_given_up(business_date, body_code, said)} Attempts: {attempts}.",
        ],
    )


def _without_sending(
    connection: psycopg.Connection, business_date: date, body_code: str
) -> DeliveryResult:
    rows = connection.execute(
        "select state, version, last_error from ops.delivery where business_date = %s "
        "and body_code = %s and state in ('delivered', 'dead') order by version desc",
        [business_date, body_code],
    ).fetchall()
    if rows and rows[0][0] == "dead":
        raise DeliveryError(_given_up(business_date, body_code, rows[0][2]))
    version = rows[0][1] if rows else None
    status = "nothing" if version is None else "unchanged"
    return DeliveryResult(business_date, body_code, status, version)


def _record(
    connection: psycopg.Connection,
    attempt: _Attempt,
    business_date: date,
    body_code: str,
    receipt: Receipt,
) -> None:
    """Receipt, state of the outbox row, and delivered alerts that were open."""
    connection.execute(
        "insert into ops.delivery_receipt (delivery_id, channel, location, detail) "
        "values (%s, %s, %s, %s::jsonb)",
        [
            attempt.delivery_id,
            attempt.channel,
            receipt.location,
            json.dumps(receipt.detail, ensure_ascii=False),
        ],
    )
    connection.execute(
        "update ops.delivery set state = 'delivered', delivered_at = clock_timestamp(), "
        "next_attempt_at = null, last_error = null where delivery_id = %s",
        [attempt.delivery_id],
    )
    connection.execute(
        "update ops.operations_alert set resolved_at = clock_timestamp() "
        "where kind = %s and feed = %s and business_date = %s and resolved_at is null",
        [DEAD, body_code, business_date],
    )
    # Locked in the order of their ids: bodies that share alerts are delivered to at the same time.
    connection.execute(
        "with opened as (select alert_id from ops.alert where state in ('open', 'reopened') "
        "and opened_on <= %(day)s and alert_id in (select alert_id from ops.delivery_alert "
        "where delivery_id = %(delivery)s) order by alert_id for update), "
        "changed as (update ops.alert set state = 'delivered' from opened "
        "where alert.alert_id = opened.alert_id returning alert.alert_id) "
        "insert into ops.alert_event (alert_id, event, to_state, actor, detail, business_date) "
        "select alert_id, 'delivered', 'delivered', 'channel', %(detail)s::jsonb, %(day)s "
        "from changed order by alert_id",
        {
            "day": business_date,
            "delivery": attempt.delivery_id,
            "detail": json.dumps({"delivery_id": attempt.delivery_id}),
        },
    )
