"""`huiyan case`: what is handed over as a lead, and what was learnt from cases that are closed."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from huiyan.alerts import words
from huiyan.errors import NotFoundError
from huiyan.settings import get_settings

app = typer.Typer(
    help="Cases: alerts that gather several hits, and the library of closed ones.",
    no_args_is_help=True,
)
console = Console()

MOST = 1000


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


@app.command("search")
def search_cases(
    terms: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TERM…]", help="All of them must occur; none: every case."),
    ] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule, such as REC-001.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this family of rules, as REC.")] = None,
    since: Annotated[int | None, typer.Option("--from", help="First year of closing.")] = None,
    until: Annotated[int | None, typer.Option("--to", help="Last year of closing.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="Most lines to show.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Search the library of typical cases: confirmed and closed, without anybody's name."""
    from huiyan.case.search import search

    terms = terms or []
    _refuse_a_filter_nothing_can_match(rule, kind, since, until)
    settings = get_settings()
    found = search(terms, settings, rule=rule, kind=kind, since=since, until=until, limit=limit)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found:
        has = "has all of these terms" if terms else "is in the library"
        if not any((rule, kind, since, until)):
            console.print(f"No typical case {has}.")
            return
        without = sum(row["cases"] for row in search(terms, settings, limit=MOST))
        console.print(
            f"No typical case of this --rule, --kind, --from and --to {has}. "
            f"Without these options: {without or 'none either'}.",
            soft_wrap=True,
        )
        return
    table = Table(box=None)
    for heading in ("规则", "疑点问题", "结论", "处理措施", "金额", "退缴", "年度"):
        table.add_column(heading, overflow="fold")
    table.add_column("件数", justify="right")
    for row in found:
        table.add_row(
            row["rule_id"],
            row["rule_name"],
            words.VERDICTS[row["verdict"]],
            row["action"] or "—",
            row["amount_band"] or "—",
            row["recovered_band"] or "—",
            str(row["closed_in_year"]),
            str(row["cases"]),
        )
    console.print(table)


def _refuse_a_filter_nothing_can_match(
    rule: str | None, kind: str | None, since: int | None, until: int | None
) -> None:
    from huiyan.rules.catalogue import load_rule, load_rules

    if rule is not None:
        rule_family = load_rule(rule).family
        if kind is not None and kind.upper() != rule_family:
            raise NotFoundError(f"{rule} is of the family {rule_family}, not of {kind}.")
    families = sorted({each.family for each in load_rules().values()}) if kind is not None else []
    if kind is not None and kind.upper() not in families:
        raise NotFoundError(f"There is no family of rules {kind}: {', '.join(families)}.")
    if since is not None and until is not None and since > until:
        raise NotFoundError(f"No year is from {since} on and up to {until}: exchange the two.")
