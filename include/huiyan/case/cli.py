"""`huiyan case`: what is handed over when an alert becomes a lead."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from huiyan.settings import get_settings

app = typer.Typer(help="Cases: alerts that gather several hits.", no_args_is_help=True)
console = Console()


@app.callback()
def _case() -> None:
    """Keeps `export` a command of its own."""


@app.command("export")
def export_case(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="The case's alert id.")],
    to: Annotated[
        Path | None, typer.Option(help="Folder for it (default: cases in the state directory).")
    ] = None,
) -> None:
    """Write a case as one ZIP: what it gathers, evidence, history, and the rows it rests on."""
    from huiyan.case.export import export

    settings = get_settings()
    written = export(alert, to or settings.home_dir / "cases", settings)
    console.print(f"written: {written}", soft_wrap=True)
