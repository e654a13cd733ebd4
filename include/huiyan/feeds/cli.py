"""`huiyan feeds`: the contracts, collecting by hand, and mapping other governments' files."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from huiyan.feeds.contract import FeedContract, load_contract, load_contracts
from huiyan.feeds.folder import suffixes
from huiyan.settings import get_settings
from huiyan.warehouse.connection import connect

app = typer.Typer(help="Feeds: contracts, collecting, mapping.", no_args_is_help=True)
console = Console()


@app.command("list")
def list_feeds() -> None:
    """All feeds: what they carry and when they are due."""
    table = Table("feed", "", "kind", "due by", "columns", "amount controlled", box=None)
    for contract in load_contracts().values():
        table.add_row(
            contract.name,
            contract.label,
            contract.kind,
            contract.deadline or "",
            str(len(contract.columns)),
            contract.amount_column or "",
        )
    console.print(table)


@app.command()
def show(
    feed: Annotated[str | None, typer.Argument(help="A feed; without one, all are listed.")] = None,
) -> None:
    """The contract of one feed: every column, its headers, type and rules."""
    if feed is None:
        list_feeds()
        return
    contract = load_contract(feed)
    kinds = ", ".join(ending.lstrip(".") for ending in suffixes(contract))
    console.print(f"[bold]{contract.name}[/] {contract.label}: {contract.description}")
    console.print(
        f"{contract.kind}, files {kinds}, at most {contract.max_quarantine_share:.0%} quarantined"
        + (f", due by {contract.deadline}" if contract.deadline else "")
    )
    console.print(_columns(contract))


def _columns(contract: FeedContract) -> Table:
    table = Table("column", "identifier", "label", "type", "", "description", box=None)
    for column in contract.columns:
        marks = "R K" if column.key else "R" if column.required else ""
        values = "; ".join("=".join((code, *others)) for code, others in column.values.items())
        table.add_row(
            column.name,
            column.identifier,
            column.label,
            column.type,
            marks,
            column.description + (f" ({values})" if values else ""),
        )
    return table


@app.command()
def collect(
    feed: Annotated[str, typer.Argument(help="The feed.")],
    business_date: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="Business date, YYYY-MM-DD.")
    ],
) -> None:
    """Bring one feed-day from the landing zone into the warehouse, without checking it yet.

    Exit code 0 if it landed or was there already, 3 if it is missing or was stopped.
    """
    from huiyan.feeds.collect import collect as collect_day

    result = collect_day(feed, business_date.date())
    console.print(
        f"{feed} {business_date.date()}: {result.status}: {result.message}",
        markup=False,
        soft_wrap=True,
    )
    raise typer.Exit(0 if result.status in ("landed", "unchanged") else 3)


@app.command()
def recheck(
    feed: Annotated[str, typer.Argument(help="The feed.")],
    business_date: Annotated[
        datetime,
        typer.Argument(metavar="DATE", formats=["%Y-%m-%d"], help="Business date, YYYY-MM-DD."),
    ],
    by: Annotated[str, typer.Option(help="Who decides it; recorded.")],
    reason: Annotated[str, typer.Option(help="Why the same bytes are looked at again; recorded.")],
    accept_shrink: Annotated[
        bool,
        typer.Option(
            "--accept-shrink", help="A snapshot that lost over 10 % of its rows is confirmed."
        ),
    ] = False,
    accept_quarantine: Annotated[
        bool,
        typer.Option(
            "--accept-quarantine",
            help="More bad rows than allowed are confirmed: they stay aside, the others count.",
        ),
    ] = False,
    read_again: Annotated[
        bool,
        typer.Option("--read-again", help="Read the archived files anew, as a new version."),
    ] = False,
) -> None:
    """Decide a stopped day again, with the present contract and code; it is recorded who and why.

    Exit code 0 if it is accepted now, 3 if it stays stopped.
    """
    from huiyan.quality.gate import Cause
    from huiyan.quality.recheck import recheck as decide

    confirmed: set[Cause] = set()
    if accept_shrink:
        confirmed.add("shrink")
    if accept_quarantine:
        confirmed.add("quarantine_share")
    day = business_date.date()
    with console.status(f"Deciding {feed} of {day} again …"):
        result = decide(
            feed,
            day,
            by=by,
            reason=reason,
            confirmed=frozenset(confirmed),
            read_again=read_again,
        )
    console.print(result.message, markup=False, soft_wrap=True)
    if result.status == "accepted":
        console.print(f"Now evaluate it: huiyan run --date {day}", markup=False)
    raise typer.Exit(0 if result.status == "accepted" else 3)


@app.command()
def quarantine(
    feed: Annotated[str, typer.Argument(help="The feed.")],
    business_date: Annotated[
        datetime,
        typer.Argument(metavar="DATE", formats=["%Y-%m-%d"], help="Business date, YYYY-MM-DD."),
    ],
) -> None:
    """Every row of a day that lies in quarantine: file, line, column, what stands there, why.

    Rows that a later version of the day has replaced are left out.
    """
    from huiyan.quality.bad_rows import waiting

    contract, day = load_contract(feed), business_date.date()
    with connect(role="huiyan_load") as connection:
        batches = waiting(connection, contract, day)
    if not batches:
        console.print(f"No row of {feed} of {day} lies in quarantine.", markup=False)
    for version, status, rows in batches:
        console.print(
            f"{feed} {contract.label} {day}, version {version}, {status}: {len(rows):,} in "
            "quarantine",
            markup=False,
            soft_wrap=True,
        )
        for row in rows:
            console.print(f"  {row}", markup=False, soft_wrap=True)


@app.command()
def mappings() -> None:
    """The mappings there are: whose files they read and which feeds they make."""
    from huiyan.feeds.mapping import load_mappings

    for mapping in load_mappings().values():
        console.print(f"[bold]{mapping.name}[/] → {', '.join(mapping.feeds)}")
        console.print(f"  {' '.join(mapping.description.split())}")


@app.command("map")
def map_source(
    mapping: Annotated[str, typer.Argument(help="Name of a mapping, or path of its YAML file.")],
    source: Annotated[Path, typer.Argument(help="The file as its publisher put it out.")],
    out: Annotated[
        Path | None, typer.Option(help="Landing zone to write to (default: HUIYAN_LANDING).")
    ] = None,
) -> None:
    """Turn another government's file into deliveries of our feeds, with manifests and a report."""
    from huiyan.feeds.mapping import load_mapping
    from huiyan.feeds.mapping_run import run

    settings = get_settings()
    target = out or settings.landing
    with console.status(f"Mapping {source.name} …"):
        report = run(load_mapping(mapping), source, target, settings)
    console.print(
        f"{report.rows_read:,} rows read = {report.rows_written:,} written "
        f"+ {len(report.refused):,} refused"
    )
    for reason, count in report.reasons.most_common():
        console.print(f"  refused {count:,}: {reason}", markup=False)
    for feed, days in report.written.items():
        console.print(
            f"  {feed}: {sum(days.values()):,} rows in {len(days)} deliveries, "
            f"{min(days)} to {max(days)}"
        )
    console.print(f"Report and deliveries: {target}")
