"""Which channel and address the register of bodies names for a body."""

from datetime import date

import psycopg

FOLDER = "folder"
DEAD = "delivery_dead"  # kind of the operations alert of an extract that was given up


def route(connection: psycopg.Connection, body_code: str, business_date: date) -> tuple[str, str]:
    """Channel and address of the body as of the business date.

    A body that the register does not know, or that names no channel, gets its folder. The address
    is empty if there is none.
    """
    row = connection.execute(
        "select channel, address from staging.stg_supervision__body where body_code = %(body)s "
        "and valid_from <= %(day)s and (valid_to is null or valid_to > %(day)s)",
        {"body": body_code, "day": business_date},
    ).fetchone()
    channel, address = row or (None, None)
    return channel or FOLDER, (address or "").strip()
