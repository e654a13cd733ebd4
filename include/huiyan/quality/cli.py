"""`huiyan quality`: suites and data-quality pages."""

from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(help="Expectation suites and data-quality pages.", no_args_is_help=True)
console = Console()


@app.command()
def docs() -> None:
    """Write the data-quality pages anew."""
    from huiyan.quality.docs import rebuild

    console.print(f"written: {rebuild().as_uri()}", soft_wrap=True)


@app.command()
def suites(
    write: Annotated[
        bool, typer.Option("--write/--check", help="Write them, or fail if one is out of date.")
    ] = False,
) -> None:
    """Compare `expectations/` with the feed contracts."""
    from huiyan.quality import suites as kept

    if write:
        for path in kept.write():
            console.print(f"written: expectations/{path.name}")
        return
    out_of_date = kept.stale()
    for feed in out_of_date:
        console.print(
            f"out of date: expectations/{feed}.json (write it with `huiyan quality suites --write`)"
        )
    raise typer.Exit(1 if out_of_date else 0)


@app.command()
def check(batch_id: int) -> None:
    """Decide a landed batch; exit code 1 if its day is stopped."""
    from huiyan.quality.gate import check as decide

    result = decide(batch_id)
    console.print(result.message, soft_wrap=True, markup=False)
    raise typer.Exit(0 if result.status == "accepted" else 1)
