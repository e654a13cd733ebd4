"""`python -m huiyan.bench`, what `make bench` runs: a district-year through the whole path."""

import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from huiyan.bench import district, report
from huiyan.bench.run import HISTORIES, Narrator, run
from huiyan.errors import HuiyanError
from huiyan.settings import REPOSITORY, get_settings

PAGE = REPOSITORY / "docs" / "benchmarks.md"
console = Console()


def main(
    scale: Annotated[
        float, typer.Option(min=0.0001, help="Part of a district-year; 1 is all of it.")
    ] = 1.0,
    months: Annotated[
        int, typer.Option(min=5, max=12, help="Months of the year that are made.")
    ] = district.MONTHS,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make the files anew.")] = False,
    duckdb: Annotated[bool, typer.Option(help="Run the same rules on DuckDB as well.")] = True,
    history: Annotated[
        bool, typer.Option(help="Time one more day after one and after three years as well.")
    ] = True,
    output: Annotated[
        Path | None,
        typer.Option(help="The page (default: docs/benchmarks.md for a whole district-year)."),
    ] = None,
) -> None:
    """Time a district-year: landing, gate, dbt, one more day, and the same rules on DuckDB."""
    home = get_settings().home_dir / "bench"
    is_whole = scale == 1.0 and months == district.MONTHS
    page = output or (PAGE if is_whole else home / "benchmarks.md")
    start = time.perf_counter()
    with console.status("starting") as status:

        def on_begin(step: str) -> None:
            status.update(step)

        def on_end(line: str) -> None:
            elapsed = time.perf_counter() - start
            console.print(f"[dim]{elapsed:7.1f} s[/]  {line}", highlight=False)

        outcome = run(
            home,
            scale=scale,
            months=months,
            fresh=fresh,
            with_duckdb=duckdb,
            histories=HISTORIES if history else (),
            narrator=Narrator(on_begin, on_end),
        )
    report.write(outcome, page)
    console.print(f"written: {page}")
    if outcome.duck is not None and outcome.duck.comparison.differences:
        for each in outcome.duck.comparison.differences[:5]:
            console.print(f"{each.rule_id} {each.subject_id}: {each.postgresql} / {each.duckdb}")
        raise HuiyanError(
            f"PostgreSQL and DuckDB disagree on {len(outcome.duck.comparison.differences):,} "
            "results of rules: the SQL is not portable. See the page for the rules."
        )


if __name__ == "__main__":
    # Ended from outside, it still stops its server and removes its warehouse.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        typer.run(main)
    except HuiyanError as error:
        Console(stderr=True).print(f"[bold red]bench:[/] {error}", soft_wrap=True)
        raise SystemExit(2) from error
