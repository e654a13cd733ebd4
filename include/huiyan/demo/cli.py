"""`huiyan demo make`, `huiyan demo run`, `huiyan demo score` and `huiyan demo year`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from huiyan.demo.allowance import ALLOWED
from huiyan.demo.district import LAST_DAY, Options
from huiyan.demo.make import CROSSWALK, install_crosswalk
from huiyan.demo.make import make as make_district
from huiyan.demo.score import Score
from huiyan.demo.score import score as score_district
from huiyan.errors import HuiyanError
from huiyan.settings import get_settings
from huiyan.warehouse.connection import connect

if TYPE_CHECKING:
    from huiyan.demo.year import YearResult

app = typer.Typer(no_args_is_help=True, help="The made-up demo district.")
_SHOWN = 5


def _folder(out: Path | None) -> Path:
    return out or get_settings().make_home() / "demo"


@app.callback()
def main() -> None:
    """The made-up demo district."""


@app.command()
def make(
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to; default <HUIYAN_HOME>/demo.")
    ] = None,
    accounts: Annotated[int, typer.Option(help="Account sets on the finance platform.")] = 1150,
    months: Annotated[int, typer.Option(help="Months of ordinary life.")] = 5,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 2025,
    entries: Annotated[
        int | None, typer.Option(help="Voucher entries to aim at; default an ordinary district.")
    ] = None,
    daily_days: Annotated[
        int, typer.Option(help="Working days delivered one by one after the opening delivery.")
    ] = 3,
    last_day: Annotated[str, typer.Option(help="Last business date.")] = LAST_DAY,
) -> None:
    """Write the demo district's feeds (in <out>/landing) and what is known about it."""
    console = Console()
    try:
        options = Options(accounts, months, seed, entries, daily_days, last_day)
        with console.status("Making the demo district …") as status:
            made = make_district(
                options, _folder(out), report=lambda message: status.update(f"Making {message} …")
            )
    except (HuiyanError, ValueError) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    if install_crosswalk(made.out, get_settings()) is None:
        console.print(
            "[yellow]Reviewed facts of another district are installed: units whose books a centre "
            f"keeps will be hits. They are listed in {made.out / CROSSWALK}.[/yellow]"
        )
    console.print(
        f"{made.users:,} platform users, {made.account_sets:,} account sets, "
        f"{made.registered_accounts:,} registered accounts"
    )
    for feed, rows in made.rows.items():
        console.print(f"  {feed}: {rows:,} rows")
    console.print(f"{sum(made.planted.values())} planted cases, {made.near_misses} near misses")
    console.print(f"Business dates: {', '.join(made.business_dates)}")
    console.print(f"Landing zone: {made.landing}", soft_wrap=True)


@app.command()
def score(
    out: Annotated[
        Path | None, typer.Option(help="Folder of the demo; default <HUIYAN_HOME>/demo.")
    ] = None,
) -> None:
    """Compare the open hits with the truth; exit code 1 if anything is missed or wrong.

    Statistical rules may have a stated share of other hits: as long as they keep to it, none of
    them is wrong.
    """
    console = Console()
    try:
        with connect(role="huiyan_read") as connection:
            result = score_district(connection, _folder(out))
    except HuiyanError as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    show(result, console)
    if not result.is_perfect:
        raise typer.Exit(1)


@app.command()
def run(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave Airflow running until Ctrl-C.")
    ] = False,
) -> None:
    """Run the demo district's days through the real Airflow scheduler (`make demo`)."""
    from huiyan.orchestration.demo import run_demo

    raise typer.Exit(run_demo(keep))


@app.command()
def year(
    out: Annotated[
        Path | None, typer.Option(help="Folder of its own; default <HUIYAN_HOME>/demo-year.")
    ] = None,
    accounts: Annotated[int, typer.Option(help="Account sets on the finance platform.")] = 150,
    months: Annotated[int, typer.Option(help="Months of life, delivered bit by bit.")] = 12,
    every: Annotated[int, typer.Option(help="Working days between two deliveries.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed gives the same year.")] = 2025,
) -> None:
    """Run months of a district whose bodies answer like people; exit code 1 if anything is lost.

    It has a warehouse of its own and needs no Airflow scheduler.
    """
    from huiyan.demo.year import YearOptions, run_year

    console = Console()
    try:
        result = run_year(
            YearOptions(accounts, months, every, seed),
            out or get_settings().make_home() / "demo-year",
            lambda words: console.print(words, soft_wrap=True),
        )
    except (HuiyanError, ValueError) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    show_year(result, console)
    if result.failures:
        raise typer.Exit(1)


def show_year(result: "YearResult", console: Console) -> None:
    """Print what became of everything, then what does not hold."""
    listed = ", ".join(f"{count:,} {state}" for state, count in result.alerts.items())
    console.print(
        f"{result.dates} business dates, {result.extracts:,} extracts; {result.forms:,} forms came "
        f"back with {result.lines:,} answers: "
        + ", ".join(f"{count:,} {outcome}" for outcome, count in result.taken.items())
        + f"; {result.returned:,} extracts gave lines back."
    )
    console.print(
        f"{sum(result.alerts.values()):,} alerts: {listed}. {result.reopened:,} reopened a closed "
        f"case, {result.escalated:,} were escalated."
    )
    table = Table(title="Precision and what was planted", title_justify="left")
    for heading in ("rule", "verdicts", "right", "precision", "planted", "demoted"):
        table.add_column(heading, justify="left" if heading == "rule" else "right")
    for rule in result.rules:
        table.add_row(
            rule.rule_id,
            str(rule.verdicts),
            str(rule.right),
            f"{rule.share:.2f}",
            f"{rule.expected:.2f}",
            "yes" if rule.demoted else "",
        )
    console.print(table)
    for low, high in ((1, 4), (5, 19), (20, None)):
        some = [
            r for r in result.rules if low <= r.verdicts and (high is None or r.verdicts <= high)
        ]
        if some:
            away = sum(abs(rule.share - rule.expected) for rule in some) / len(some)
            verdicts = f"{low} to {high}" if high else f"{low} and more"
            console.print(f"{len(some)} rules with {verdicts} verdicts: {away:.3f} away on average")
    for line in result.troubles:
        console.print(f"[yellow]{line}[/yellow]", soft_wrap=True)
    for line in result.failures:
        console.print(f"[red]{line}[/red]", soft_wrap=True)


def show(result: Score, console: Console) -> None:
    """Print the score as a table, the first subjects missed or wrong, and the outcome."""
    table = Table(title=f"Open hits on {result.business_date}")
    for heading in (
        "rule",
        "planted",
        "found",
        "missed",
        "wrong",
        "others of allowed",
        "near misses",
    ):
        table.add_column(heading, justify="left" if heading == "rule" else "right")
    for rule in result.rules:
        table.add_row(
            rule.rule_id,
            str(rule.planted),
            str(rule.found),
            str(len(rule.missed)),
            str(len(rule.wrong)),
            f"{len(rule.others)} of {rule.allowed}" if rule.allowed else "",
            str(rule.near_misses),
        )
    console.print(table)
    for rule in result.rules:
        for word, subjects in (("missed", rule.missed), ("wrong", rule.wrong)):
            for subject in subjects[:_SHOWN]:
                console.print(f"{rule.rule_id} {word}: {subject}", soft_wrap=True, markup=False)
            if len(subjects) > _SHOWN:
                console.print(f"{rule.rule_id} {word}: {len(subjects) - _SHOWN} more")
        if rule.others and not rule.wrong:
            console.print(
                f"{rule.rule_id}: {len(rule.others)} other hits, within the {rule.allowed} "
                f"allowed: {ALLOWED[rule.rule_id].reason}.",
                soft_wrap=True,
            )
    precision = "n/a" if result.precision is None else f"{result.precision:.4f}"
    recall = "n/a" if result.recall is None else f"{result.recall:.4f}"
    console.print(
        f"Units: {result.pairs_made:,} pairs made, {result.pairs_true:,} true; "
        f"precision {precision}, recall {recall}"
    )
    if result.failures:
        console.print(f"[red]Failed[/]: {'; '.join(result.failures)}.", soft_wrap=True)
    else:
        console.print("[green]Passed[/]: nothing is missed, and nothing found that is wrong.")
