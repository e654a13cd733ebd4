"""The `huiyan` command: thin, each part imported only when it is used."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from huiyan.errors import HuiyanError
from huiyan.settings import get_settings

app = typer.Typer(
    name="huiyan",
    help="慧眼: watches a district's public money every day.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The warehouse database.", no_args_is_help=True)
docs = typer.Typer(help="Generated reference pages.", no_args_is_help=True)
console = Console()

BusinessDate = Annotated[
    datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="Business date, YYYY-MM-DD.")
]


@app.command()
def run(
    business_date: BusinessDate,
    landing: Annotated[
        Path | None, typer.Option(help="Landing zone (default: HUIYAN_LANDING).")
    ] = None,
    outbox: Annotated[
        Path | None, typer.Option(help="Folder of extracts (default: HUIYAN_OUTBOX).")
    ] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="Evaluate every rule on all there is, not on what changed."),
    ] = False,
) -> None:
    """Run one business date through the same DAGs, without a scheduler.

    Exit code 0 only if all of it worked; 3 if the day is done but a feed was stopped or missing,
    or a rule failed.
    """
    from huiyan.orchestration.run import run as run_date

    raise typer.Exit(run_date(business_date.date(), landing=landing, outbox=outbox, full=full))


@app.command()
def deliver(
    on: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="Only this business date."),
    ] = None,
    body: Annotated[str | None, typer.Option(help="Only this body, by its code.")] = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Also what was given up, and what is not due yet."),
    ] = False,
) -> None:
    """Send what waits in the outbox and is due. What has been delivered is not sent again.

    Exit code 0 if all of it was delivered, 1 if some was not.
    """
    from huiyan.orchestration.run import deliver_waiting

    raise typer.Exit(deliver_waiting(on.date() if on else None, body, again=again))


@app.command()
def brief(business_date: BusinessDate) -> None:
    """Write the operations brief of a business date, and mail it to HUIYAN_BRIEF_TO.

    A mail goes to each address once, and again only if the brief says something else.
    """
    from huiyan.orchestration.run import brief as write_brief

    write_brief(business_date.date())


@app.command()
def alerts(
    on: Annotated[
        datetime | None,
        typer.Option(
            "--date", formats=["%Y-%m-%d"], help="Business date (default: the latest issued)."
        ),
    ] = None,
    tier: Annotated[
        Literal["yellow", "orange", "red"] | None, typer.Option(help="Only this tier.")
    ] = None,
    body: Annotated[
        str | None, typer.Option(help="Only what this body disposes of or verifies, by its code.")
    ] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule, such as REC-001.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Most alerts to list; 0: all.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """List the alerts open on a business date, as they stood on it, the most urgent first."""
    from huiyan.alerts.listing import open_alerts, render
    from huiyan.rules.catalogue import load_rule

    rule_id = load_rule(rule).id if rule else None
    day, found = open_alerts(on.date() if on else None, tier=tier, body=body, rule=rule_id)
    if as_json:
        shown = [asdict(alert) for alert in found[: limit or None]]
        print(json.dumps(shown, ensure_ascii=False, indent=2, default=str))  # noqa: T201
    else:
        render(day, found, limit, console)


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(metavar="ALERT", help="An alert id or a hit id.")],
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Why it fired: rule, evidence, source file and line, tier reasons, recipients, deliveries."""
    from huiyan.explain import explain as explain_subject
    from huiyan.explained import render

    explanation = explain_subject(subject)
    if as_json:
        print(json.dumps(explanation, ensure_ascii=False, indent=2, default=str))  # noqa: T201
    else:
        render(explanation, console)


@app.command()
def status(
    on: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Business date.")
    ] = None,
) -> None:
    """What ran, what is late, what was stopped."""
    from huiyan.orchestration.status import render_status

    render_status(on.date() if on else None, console)


@db.command("url")
def db_url() -> None:
    """Print a libpq URL of the warehouse, starting and migrating the embedded one if needed."""
    from huiyan.warehouse.connection import libpq_url
    from huiyan.warehouse.migrate import migrate

    migrate()
    print(libpq_url())  # noqa: T201


@db.command("migrate")
def db_migrate() -> None:
    """Bring the warehouse to the present schema."""
    from huiyan.warehouse.migrate import migrate

    migrate()
    console.print("The warehouse is at the present schema.")


@db.command("stop")
def db_stop() -> None:
    """Stop the embedded warehouse."""
    from huiyan.warehouse import embedded

    stopped = embedded.stop(get_settings())
    console.print("Stopped." if stopped else "It was not running.")


@docs.command("write")
def docs_write() -> None:
    """Write the generated reference pages."""
    from huiyan.reference import write

    for path in write():
        console.print(f"written: {path}")


@docs.command("check")
def docs_check() -> None:
    """Fail if a generated reference page is not what would be written now."""
    from huiyan.reference import stale

    pages = stale()
    for path in pages:
        console.print(f"out of date: {path} (write it with `make docs`)")
    raise typer.Exit(1 if pages else 0)


app.add_typer(db, name="db")
app.add_typer(docs, name="docs")

PARTS = ("feeds", "quality", "rules", "case", "demo")


def _add_parts() -> None:
    """Add `huiyan <part>` from each part's own module, only if the command line names it."""
    from importlib import import_module

    named = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    for part in PARTS:
        if named is None or named == part:
            app.add_typer(import_module(f"huiyan.{part}.cli").app, name=part)


def main() -> None:
    """Entry point: errors meant for people are printed as such, without a traceback."""
    _add_parts()
    try:
        app()
    except HuiyanError as error:
        Console(stderr=True).print(f"[bold red]huiyan:[/] {escape(str(error))}", soft_wrap=True)
        raise SystemExit(2) from error
