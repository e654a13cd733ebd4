"""The outbox as a whole: what is due to be tried, and sending again what was given up."""

from datetime import date

from huiyan.alerts.issue import LOCK
from huiyan.delivery.register import DEAD
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import connect


def due(
    settings: Settings | None = None,
    business_date: date | None = None,
    body_code: str | None = None,
) -> list[tuple[date, str]]:
    """Business date and body of every extract whose turn has come, oldest first.

    That is what has failed and waited long enough, and what nobody has tried within an hour.
    """
    settings = settings or get_settings()
    with connect(settings, role="huiyan_push") as connection:
        return connection.execute(
            "select distinct business_date, body_code from ops.delivery where state = 'pending' "
            "and coalesce(next_attempt_at, created_at + interval '1 hour') <= clock_timestamp() "
            "and (%(day)s::date is null or business_date = %(day)s) "
            "and (%(body)s::text is null or body_code = %(body)s) "
            "order by business_date, body_code",
            {"day": business_date, "body": body_code},
        ).fetchall()


def raise_again(
    settings: Settings | None = None,
    business_date: date | None = None,
    body_code: str | None = None,
) -> list[tuple[date, str]]:
    """Let what waits or was given up begin anew, its attempts at nought; what that is.

    Whether an earlier attempt may have arrived stays on record.
    """
    settings = settings or get_settings()
    with connect(settings, role="huiyan_push") as connection:
        connection.execute("select pg_advisory_xact_lock_shared(%s)", [LOCK])
        found = connection.execute(
            "update ops.delivery set state = 'pending', attempts = 0, next_attempt_at = null "
            "where state in ('pending', 'dead') "
            "and (%(day)s::date is null or business_date = %(day)s) "
            "and (%(body)s::text is null or body_code = %(body)s) "
            "returning business_date, body_code",
            {"day": business_date, "body": body_code},
        ).fetchall()
        for day, body in found:
            connection.execute(
                "update ops.operations_alert set resolved_at = clock_timestamp() "
                "where kind = %s and feed = %s and business_date = %s and resolved_at is null",
                [DEAD, body, day],
            )
    return sorted(set(found))
