"""Hands over what waits in the outbox: one body, one business date, one channel.

The outbox row is locked while its extract is handed over and marked delivered in the transaction
that writes the receipt. A crash in between leaves it waiting; the repetition finds the same bytes
in place and only writes the receipt, so exactly one extract is visible and it counts once.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg

from huiyan.alerts.issue import LOCK
from huiyan.delivery.extract import Extract
from huiyan.delivery.folder import publish
from huiyan.delivery.render import render
from huiyan.errors import DeliveryError
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import connect

Channel = Callable[[Settings, Extract, int, dict[str, bytes]], str]


@dataclass(frozen=True)
class DeliveryResult:
    """What became of one body's extract.

    Attributes:
        status: delivered (now), unchanged (it had been delivered before) or nothing (there is
            no extract for this body and date).
        version: version that the body now has; null where there is none.
        location: where the extract lies; null unless delivered now.
    """

    business_date: date
    body_code: str
    status: str
    version: int | None = None
    location: Path | None = None


def _to_folder(settings: Settings, extract: Extract, version: int, files: dict[str, bytes]) -> str:
    path = publish(settings.outbox, extract.body_code, extract.business_date, version, files)
    return str(path)


CHANNELS: dict[str, Channel] = {"folder": _to_folder}


def deliver(
    business_date: date, body_code: str, settings: Settings | None = None
) -> DeliveryResult:
    """Send the body's waiting extract of the date; nothing is sent if none waits.

    Two at once for one body and date: the second waits and then has nothing to send.

    Raises:
        DeliveryError: the channel did not take it; it keeps waiting in the outbox.
    """
    settings = settings or get_settings()
    with connect(settings, role="huiyan_push") as connection:
        connection.execute("select pg_advisory_xact_lock_shared(%s)", [LOCK])
        row = connection.execute(
            "select delivery_id, version, channel, content from ops.delivery "
            "where business_date = %s and body_code = %s and state = 'pending' "
            "order by version desc limit 1 for update",
            [business_date, body_code],
        ).fetchone()
        if row is None:
            return _without_sending(connection, business_date, body_code)
        delivery_id, version, channel, content = row
        extract = Extract.from_dict(content)
        try:
            location = CHANNELS[channel](
                settings, extract, version, render(extract, version=version)
            )
        except (OSError, ValueError) as error:
            raise DeliveryError(
                f"The extract of {business_date} for {body_code} was not delivered: {error}. It "
                "waits in the outbox; put the cause right and deliver it again "
                f"(`huiyan run --date {business_date}`)."
            ) from error
        _record(connection, delivery_id, business_date, channel, location)
    return DeliveryResult(business_date, body_code, "delivered", version, Path(location))


def _without_sending(
    connection: psycopg.Connection, business_date: date, body_code: str
) -> DeliveryResult:
    row = connection.execute(
        "select max(version) from ops.delivery "
        "where business_date = %s and body_code = %s and state = 'delivered'",
        [business_date, body_code],
    ).fetchone()
    version = row[0] if row else None
    status = "nothing" if version is None else "unchanged"
    return DeliveryResult(business_date, body_code, status, version)


def _record(
    connection: psycopg.Connection,
    delivery_id: int,
    business_date: date,
    channel: str,
    location: str,
) -> None:
    """Receipt, state of the outbox row, and delivered alerts that were open."""
    connection.execute(
        "insert into ops.delivery_receipt (delivery_id, channel, location) values (%s, %s, %s)",
        [delivery_id, channel, location],
    )
    connection.execute(
        "update ops.delivery set state = 'delivered', delivered_at = clock_timestamp() "
        "where delivery_id = %s",
        [delivery_id],
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
            "delivery": delivery_id,
            "detail": json.dumps({"delivery_id": delivery_id}),
        },
    )
