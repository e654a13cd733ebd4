"""What ran, what is late, what was stopped: read from the registers in `ops`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from psycopg.rows import dict_row
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiyan.alerts.idle import idle
from huiyan.errors import ConfigurationError
from huiyan.feeds.contract import FeedContract, load_contracts
from huiyan.orchestration import calendar
from huiyan.quality.bad_rows import bad_rows, in_words
from huiyan.rules.exceptions import checked
from huiyan.settings import Settings, get_settings
from huiyan.terminal import fits
from huiyan.warehouse.connection import connect

ROWS_SHOWN = 3
COLUMNS_SHOWN = 10
WORDS = {
    "accepted": "[green]accepted[/]",
    "landed": "[yellow]unchecked[/]",
    "stopped": "[red]stopped[/]",
    "missing": "[red]late[/]",
    "expected": "[yellow]expected[/]",
    "none": "[dim]none[/]",
}

FEED_DAYS = """
select
    f.feed,
    f.kind,
    b.batch_id,
    b.version,
    b.status,
    b.row_count,
    b.error,
    coalesce(c.good, 0) as good,
    coalesce(c.duplicates, 0) as duplicates,
    coalesce(c.quarantined, 0) as quarantined,
    array(
        select distinct unnest(files.unknown_columns)
        from ops.batch_file as files
        where files.batch_id = b.batch_id
        order by 1
    ) as unknown_columns,
    array(
        select jsonb_build_object(
            'reason', r.detail ->> 'reason',
            'severity', r.severity,
            'rows', case when r.column_name <> '' then r.unexpected end
        )
        from ops.check_result as r
        where r.batch_id = b.batch_id and not r.success
        order by r.severity, r.column_name, r.expectation, r.detail ->> 'reason'
    ) as failed_checks,
    s.business_date as standing_of,
    s.version as standing_version,
    coalesce(s.good, 0) as standing_good
from ops.feed as f
left join lateral (
    select *
    from ops.batch
    where feed = f.feed and business_date = %(day)s
    order by version desc
    limit 1
) as b on true
left join ops.row_count as c on b.batch_id = c.batch_id
left join lateral (
    select accepted.business_date, accepted.version, rows.good
    from ops.batch as accepted
    left join ops.row_count as rows on accepted.batch_id = rows.batch_id
    where
        accepted.feed = f.feed
        and accepted.status = 'accepted'
        and (
            accepted.business_date = %(day)s
            or (f.kind = 'snapshot' and accepted.business_date < %(day)s)
        )
    order by accepted.business_date desc, accepted.version desc
    limit 1
) as s on true
where f.is_subscribed
order by f.kind, f.feed
"""


@dataclass(frozen=True)
class FeedStatus:
    """What became of one feed's delivery for one business date.

    Attributes:
        status: accepted, landed, stopped, missing (past its deadline), expected (not due yet) or
            none (nothing was due and nothing came).
        batch_id, version: of the latest delivery, None if there is none.
        is_well: nothing about it needs a person.
        failed_checks: what the delivery did not meet, in words.
        put_aside: the first rows in quarantine, in words.
        unknown_columns: those of its files that the feed does not know; none of a form, whose lines
            say so themselves.
        standing: of a stopped delivery, what is in force in its place; empty for any other.
    """

    feed: str
    label: str
    status: str
    is_well: bool
    batch_id: int | None = None
    version: int | None = None
    rows: int = 0
    good: int = 0
    duplicates: int = 0
    quarantined: int = 0
    failed_checks: tuple[str, ...] = ()
    put_aside: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    message: str = ""
    standing: str = ""

    @property
    def told(self) -> str:
        """Why it is not in, and what is in force in its place."""
        end = "" if self.message.endswith(".") else "."
        return f"{self.message}{end} {self.standing}" if self.standing else self.message

    @property
    def unread(self) -> str:
        """What there is to say of columns that are kept and not read; empty without any."""
        if not self.unknown_columns:
            return ""
        named = ", ".join(self.unknown_columns[:COLUMNS_SHOWN])
        more = len(self.unknown_columns) - COLUMNS_SHOWN
        return (
            f"{self.feed} {self.label}: unknown columns kept, not read: {named}"
            + (f" and {more} more" if more > 0 else "")
            + ". If one is a column of the feed, have its heading corrected "
            f"(huiyan feeds show {self.feed})."
        )

    def quarantine(self, business_date: date) -> list[str]:
        """What there is to say of its rows in quarantine, a line each; none without any."""
        if not self.quarantined:
            return []
        outcome = "bad" if self.status == "stopped" else "put aside, the others count"
        return [
            f"{self.feed} {self.label}: {self.quarantined:,} of {self.rows:,} rows {outcome}",
            *(f"  {row}" for row in self.put_aside),
            "  Have the sender correct them and send the day again. All of them: "
            f"huiyan feeds quarantine {self.feed} {business_date}",
        ]


@dataclass(frozen=True)
class DayStatus:
    """What is known of one business date.

    Attributes:
        evaluation: evaluated, stale or None.
        alerts: open operations alerts of the date, (kind, feed or rule, message).
    """

    business_date: date
    evaluation: str | None
    evaluated_at: datetime | None
    feeds: list[FeedStatus] = field(default_factory=list)
    alerts: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def troubled(self) -> list[FeedStatus]:
        """Feeds that need a person."""
        return [feed for feed in self.feeds if not feed.is_well]


def day_status(
    business_date: date, settings: Settings | None = None, now: datetime | None = None
) -> DayStatus:
    """State of every subscribed feed and of the evaluation of `business_date` at `now`.

    Subscribed is what the rules take for it, `ops.feed`: an optional feed that ever came, whatever
    landing zone is mounted now.
    """
    settings = settings or get_settings()
    now = now or datetime.now(calendar.ZONE)
    contracts = load_contracts()
    with connect(settings, role="huiyan_load") as connection:
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(FEED_DAYS, {"day": business_date}).fetchall()
            evaluation = cursor.execute(
                "select state, evaluated_at from ops.evaluation where business_date = %s",
                (business_date,),
            ).fetchone()
        alerts = connection.execute(
            "select kind, feed, message from ops.operations_alert"
            " where business_date = %s and resolved_at is null order by kind, feed",
            (business_date,),
        ).fetchall()
        put_aside = {
            row["feed"]: bad_rows(connection, contracts[row["feed"]], row["batch_id"], ROWS_SHOWN)
            for row in rows
            if row["quarantined"] and row["feed"] in contracts
        }
    feeds = []
    for row in rows:
        contract = contracts.get(row["feed"])
        if contract is None:
            continue
        due = calendar.deadline(contract, business_date)
        status, message = row["status"], row["error"] or ""
        if status is None and due is not None:
            status = "missing" if now >= due else "expected"
            message = f"due {due:%Y-%m-%d %H:%M}"
        elif status is None:
            status = "none"
            is_new = row["kind"] == "snapshot" and row["standing_version"] is None
            message = "never delivered" if is_new else ""
        feeds.append(
            FeedStatus(
                feed=row["feed"],
                label=contract.label,
                status=status,
                is_well=status in ("accepted", "expected", "none"),
                batch_id=row["batch_id"],
                version=row["version"],
                rows=row["row_count"] or 0,
                good=row["good"],
                duplicates=row["duplicates"],
                quarantined=row["quarantined"],
                failed_checks=tuple(_failed(contract, check) for check in row["failed_checks"]),
                put_aside=tuple(map(str, put_aside.get(row["feed"], ()))),
                unknown_columns=() if contract.is_form else tuple(row["unknown_columns"]),
                message=message,
                standing=_standing(row, business_date) if status == "stopped" else "",
            )
        )
    return DayStatus(
        business_date,
        evaluation["state"] if evaluation else None,
        evaluation["evaluated_at"] if evaluation else None,
        feeds,
        [(str(kind), str(feed), str(message)) for kind, feed, message in alerts],
    )


def _failed(contract: FeedContract, check: dict[str, Any]) -> str:
    """A check that was not met, how often, and that nothing follows from it if so."""
    count = check["rows"]
    beside = [f"{count:,} row{'' if count == 1 else 's'}"] if count else []
    if check["severity"] == "warning":
        beside.append("only reported")
    words = in_words(contract, check["reason"])
    return f"{words} ({', '.join(beside)})" if beside else words


def _standing(row: dict[str, Any], business_date: date) -> str:
    """What is in force while the latest delivery is stopped."""
    version, day, good = row["standing_version"], row["standing_of"], row["standing_good"]
    if version is None:
        return "Nothing of this feed is in force for the date."
    of = "the day" if day == business_date else str(day)
    return f"Version {version} of {of} stays in force: {good:,} good rows and what they led to."


def evaluated_dates(settings: Settings | None = None, limit: int = 60) -> list[date]:
    """The latest business dates evaluated, newest first."""
    with connect(settings, role="huiyan_load") as connection:
        rows = connection.execute(
            "select business_date from ops.evaluation order by business_date desc limit %s",
            (limit,),
        ).fetchall()
    return [row[0] for row in rows]


def latest_date(settings: Settings | None = None) -> date | None:
    """The latest business date anything was delivered for, or that was judged without."""
    with connect(settings, role="huiyan_load") as connection:
        row = connection.execute(
            "select greatest((select max(business_date) from ops.batch),"
            " (select max(business_date) from ops.evaluation))"
        ).fetchone()
    return row[0] if row else None


def render_status(business_date: date | None, console: Console) -> None:
    """Print the state of one business date (default: the latest) and of what is open elsewhere."""
    from huiyan.warehouse.migrate import migrate

    migrate()
    business_date = business_date or latest_date()
    if business_date is None:
        console.print(
            f"Nothing has been delivered yet. Put files into {get_settings().landing}"
            "/<feed>/<YYYY-MM-DD>/ and run `huiyan run --date YYYY-MM-DD`."
        )
        return
    day = day_status(business_date)
    table = _feeds(day, labelled=True)
    if not fits(table, console):
        table = _feeds(day, labelled=False)
    console.print(table)
    for feed in day.feeds:
        if said := feed.told or "; ".join(feed.failed_checks):
            console.print(f"{feed.feed} {feed.label}: {escape(said)}", soft_wrap=True)
        for line in feed.quarantine(business_date):
            console.print(escape(line), soft_wrap=True)
        if feed.unread:
            console.print(escape(feed.unread), soft_wrap=True)
    if day.evaluation is None:
        console.print("The rules have not judged this date yet.")
    else:
        console.print(f"The rules: {day.evaluation}, {day.evaluated_at:%Y-%m-%d %H:%M}.")
    _render_open_alerts(console)
    _render_idle_exceptions(business_date, console)


def _feeds(day: DayStatus, *, labelled: bool) -> Table:
    """The feeds, one line each and nothing of it shortened."""
    table = Table(
        title=str(day.business_date), title_justify="left", box=None, padding=(0, 1, 0, 0)
    )
    table.add_column("feed", no_wrap=True)
    if labelled:
        table.add_column("", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for name in ("version", "rows", "good", "duplicates", "quarantined"):
        table.add_column(name, justify="right", no_wrap=True)
    for feed in day.feeds:
        table.add_row(
            feed.feed,
            *([feed.label] if labelled else []),
            WORDS[feed.status],
            str(feed.version or ""),
            *(str(n) for n in (feed.rows, feed.good, feed.duplicates, feed.quarantined)),
        )
    return table


def _render_open_alerts(console: Console) -> None:
    with connect(role="huiyan_load") as connection:
        rows = connection.execute(
            "select business_date, kind, feed, message from ops.operations_alert"
            " where resolved_at is null order by business_date desc, kind, feed limit 50"
        ).fetchall()
    if not rows:
        console.print("No operations alert is open.")
        return
    console.print("\n[bold]Open operations alerts[/]")
    for day, kind, feed, message in rows:
        console.print(f"{day} {kind} {escape(feed)}: {escape(message)}", soft_wrap=True)


def _render_idle_exceptions(business_date: date, console: Console) -> None:
    try:
        exceptions = checked(get_settings())
    except ConfigurationError as error:
        console.print(f"[red]exceptions[/] {escape(str(error))}", soft_wrap=True)
        return
    with connect(role="huiyan_push") as connection:
        found = idle(connection, exceptions, business_date)
    if found:
        console.print("\n[bold]Exceptions that except nothing[/]")
    for words in found:
        console.print(escape(words), soft_wrap=True)
