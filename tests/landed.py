"""Puts accepted deliveries straight into landing, for tests of what stands on them."""

from collections.abc import Iterable, Mapping
from datetime import date

from psycopg import sql

from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from landing_zone import Row, accounts, users


def accept(settings: Settings, feed: str, day: date, rows: Iterable[Mapping[str, str]]) -> int:
    """Land `rows` as the next version of a feed's day and accept it; returns the batch."""
    rows = list(rows)
    with connect(settings, role="huiyan_load") as connection:
        (batch_id,) = connection.execute(
            "insert into ops.batch (feed, business_date, version, status, is_controlled,"
            " content_hash, row_count, decided_at)"
            " select %(feed)s, %(day)s, count(*) + 1, 'accepted', true, 'test', %(rows)s, now()"
            " from ops.batch where feed = %(feed)s and business_date = %(day)s"
            " returning batch_id",
            {"feed": feed, "day": day, "rows": len(rows)},
        ).fetchone() or (0,)
        for line, row in enumerate(rows, start=2):
            values = dict(row)
            if "card_no" in values:
                card_no = values.pop("card_no")
                values |= {"card_token": card_no.zfill(64), "card_last4": card_no[-4:]}
            connection.execute(
                sql.SQL("insert into landing.{} ({}) values ({})").format(
                    sql.Identifier(feed),
                    sql.SQL(", ").join(
                        map(sql.Identifier, ("batch_id", "file_no", "line_no", *values))
                    ),
                    sql.SQL(", ").join(sql.Placeholder() * (3 + len(values))),
                ),
                (batch_id, 1, line, *values.values()),
            )
    return int(batch_id)


def accept_references(settings: Settings, day: date, leases: Iterable[Row] = ()) -> None:
    """The reference snapshots the rules stand on."""
    accept(settings, "finance_users", day, users("finance"))
    accept(settings, "treasury_users", day, users("treasury"))
    accept(settings, "accounts", day, accounts())
    accept(settings, "leases", day, leases)


def accept_day(
    settings: Settings,
    day: date,
    vouchers: Iterable[Row] = (),
    attachments: Iterable[Row] = (),
    payments: Iterable[Row] = (),
    swipes: Iterable[Row] = (),
) -> None:
    """All four daily feeds of one date."""
    accept(settings, "finance_vouchers", day, vouchers)
    accept(settings, "finance_attachments", day, attachments)
    accept(settings, "treasury_payments", day, payments)
    accept(settings, "card_transactions", day, swipes)
