"""`huiyan rules`: the catalogue, one rule, a new one, a rule's own tests, a rule over history."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from huiyan.alerts import words
from huiyan.alerts.subject import gathered_in_words
from huiyan.errors import ConfigurationError
from huiyan.rules.catalogue import NEWEST, Rule, load_parameters, load_rule, load_rules
from huiyan.rules.life_cycle import StatusEntry, checked_history, load_history, newest_status
from huiyan.settings import REPOSITORY, get_settings

if TYPE_CHECKING:
    from huiyan.rules.proposals import Demotion

app = typer.Typer(help="The rule library.", no_args_is_help=True)
console = Console()

SHOWN = 15
ID_SHOWN = 12
UNKNOWN_ARTICLE = "条款待核"
VERIFICATION = {"verified": "已核实", "unverified": "条款未核实"}


@app.command("list")
def list_rules() -> None:
    """List every rule: id, version, tier, status, subject and name."""
    from huiyan.rules.proposals import demotions

    history = load_history(get_settings())
    demoted = demotions(get_settings())
    table = Table("规则", "版本", "等级", "状态", "对象", box=None)
    table.add_column("名称", overflow="fold")
    for rule in load_rules().values():
        table.add_row(
            rule.id,
            str(rule.version),
            words.TIER[rule.base_tier],
            _status(_newest_status(history.get(rule.id, ()), demoted.get(rule.id, ()))),
            words.SUBJECT_TYPE.get(rule.subject_type, rule.subject_type),
            rule.name.zh,
        )
    console.print(table)


@app.command("show")
def show_rule(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id, e.g. REC-001.")],
    sql: Annotated[bool, typer.Option("--sql", help="Print its SQL too.")] = False,
    hits: Annotated[
        int, typer.Option(min=0, help="How many of its open hits to list, the newest first.")
    ] = 5,
) -> None:
    """Show one rule: what is wrong, its law, thresholds, life and figures, how it is closed."""
    rule = load_rule(rule_id)
    table = Table(show_header=False, title=f"{rule.id} {rule.name.zh}")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    sources = (
        source.citation
        + ("" if source.article == UNKNOWN_ARTICLE else f"（{VERIFICATION[source.verification]}）")
        for source in rule.legal_basis
    )
    for label, text in {
        "等级": words.TIER[rule.base_tier],
        "对象": f"{_subject(rule)}，{_judged_again(rule)}",
        "所需数据源": "、".join(rule.needs),
        "判定规则": rule.described(load_parameters(), NEWEST),
        "阈值": _thresholds(rule) or "无",
        "政策依据": "\n".join(sources),
        "核查要点": rule.what_to_check,
        "办结标准": rule.close_out_standard,
        "办结须填": "、".join(words.CLOSE_OUT_NEEDS[each] for each in rule.close_out_needs),
        "已知误报": rule.known_false_positives,
        "状态沿革": _life(rule),
        "运行数据": _figures(rule),
        **_open_hits(rule, hits),
        "模型": str(rule.sql_path.relative_to(rule.sql_path.parents[3])),
    }.items():
        table.add_row(label, text)
    console.print(table)
    if sql:
        console.print(rule.sql_path.read_text(encoding="utf-8"), markup=False, highlight=False)
    # Whoever has just written a line of it asks here whether it is right.
    checked_history(get_settings())


@app.command("new")
def new_rule(
    rule_id: Annotated[str, typer.Argument(metavar="FAMILY-NNN", help="Its id, e.g. VOU-021.")],
    what_is_wrong: Annotated[
        str, typer.Argument(metavar="WHAT_IS_WRONG", help="In a few words, e.g. no_reviewer.")
    ],
    subject: Annotated[
        str, typer.Option(help="What it judges: voucher, payment or card_transaction.")
    ] = "voucher",
    threshold: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A threshold and its value; repeatable."),
    ] = None,
    new_family: Annotated[
        bool, typer.Option("--new-family", help="It is the first rule of its family.")
    ] = False,
) -> None:
    """Begin a rule: SQL and YAML with tests that fail until filled in, list entry, thresholds."""
    from huiyan.rules.scaffold import begin

    for path in begin(rule_id, what_is_wrong, subject, threshold or (), new_family=new_family):
        console.print(f"written: {path.relative_to(REPOSITORY)}", soft_wrap=True)
    console.print(
        f"Next: docs/how-to/add-a-rule.md. `huiyan rules test {rule_id.upper()}` says what is "
        "missing.",
        soft_wrap=True,
    )


@app.command("drop")
def drop_rule(
    rule_id: Annotated[str, typer.Argument(metavar="FAMILY-NNN", help="A draft's id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take back a draft that was never pushed: its SQL and YAML, list entry and thresholds."""
    from huiyan.rules.drop import drop, files_of, named_elsewhere, refuse_if_it_counts

    rule, settings = load_rule(rule_id), get_settings()
    refuse_if_it_counts(rule, settings)
    if not yes:
        names = " and ".join(path.name for path in files_of(rule))
        typer.confirm(f"Delete {names}, with all that was written there?", abort=True)
    for path in drop(rule, settings):
        done = "changed" if path.exists() else "removed"
        console.print(f"{done}: {_shown(path)}", soft_wrap=True)
    for path in named_elsewhere(rule):
        console.print(f"still names {rule.id}: {_shown(path)}", soft_wrap=True)


def _shown(path: Path) -> Path:
    return path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path


@app.command("test")
def test_rule(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id, e.g. REC-001.")],
) -> None:
    """Say what a rule still lacks; run its unit tests, and its SQL on DuckDB; check its slice."""
    from huiyan.rules.missing import missing
    from huiyan.rules.workbench import check_slice, run_on_duckdb, run_tests, workbench

    rule = load_rule(rule_id)
    found = missing(rule)
    if found:
        console.print(f"[bold]{rule.id} still lacks[/]")
    for each in found:
        console.print(f"  [bold]{each.where}[/]: {escape(each.what)}", soft_wrap=True)
    if any(each.is_in_the_way for each in found):
        raise ConfigurationError(
            f"The unit tests of {rule.id} were not run: put right first what stands above."
        )
    with workbench(rule, get_settings()) as bench:
        run_tests(rule, bench)
        console.print(f"{rule.id}: every unit test passes.")
        run_on_duckdb(rule, bench)
        console.print(f"{rule.id}: its SQL runs on DuckDB too, as backtests run it.")
        check_slice(rule, bench)
        console.print(f"{rule.id}: its slice, {rule.slice}, holds what the SQL reads.")
    if found:
        raise typer.Exit(1)


def _subject(rule: Rule) -> str:
    return f"{words.SUBJECT_TYPE.get(rule.subject_type, '')} {rule.subject_type}".strip()


def _judged_again(rule: Rule) -> str:
    if rule.slice == "whole":
        return "每天全部重新判定"
    return f"按 {rule.scope} 重新判定，切片 {rule.slice}"


def _thresholds(rule: Rule) -> str:
    wanted = {*rule.parameter_keys, (rule.id, "amount_step")}
    return "\n".join(
        f"{row.rule_id} {row.parameter} = {row.value}（{row.valid_from} {_until(row.valid_to)}）"
        for row in load_parameters()
        if (row.rule_id, row.parameter) in wanted
    )


def _until(valid_to: date | None) -> str:
    """The end, which is exclusive, in words."""
    return "起" if valid_to is None or valid_to > NEWEST else f"起，{valid_to} 前"


def _newest_status(entries: Sequence[StatusEntry], demoted: "Sequence[Demotion]") -> str:
    if demoted and (not entries or demoted[-1].valid_from > entries[-1].valid_from):
        return demoted[-1].status
    return newest_status(entries)


def _life(rule: Rule) -> str:
    from huiyan.rules.proposals import demotions

    entries = load_history(get_settings()).get(rule.id, [])
    lines = {
        entry.valid_from: f"{_status(entry.status)}，第 {entry.version} 版，{entry.reason}"
        f"（提出：{entry.made_by}，批准：{entry.approved_by or '无'}）"
        for entry in entries
    } | {
        fall.valid_from: f"{_status(fall.status)}，第 {fall.rule_version} 版，{fall.reason}"
        for fall in demotions(get_settings()).get(rule.id, [])
    }
    said = [f"{since} 起：{line}" for since, line in sorted(lines.items())]
    return "\n".join(said) or f"{_status('draft')}，第 {rule.version} 版"


def _status(status: str) -> str:
    """In words, and as the reviewed file has it."""
    return f"{words.RULE_STATUS[status]}（{status}）"


@app.command("proposals")
def list_proposals() -> None:
    """List what verdicts propose: promotions, exceptions, changes. A person decides on each."""
    from huiyan.rules.proposals import proposals

    found = proposals(get_settings())
    if not found:
        console.print("The verdicts propose nothing.")
        return
    promotions = [each for each in found if each.kind == "promote"]
    if promotions:
        table = Table("rule", "version", "to", "verdicts", "precision", "at least", box=None)
        for each in promotions:
            table.add_row(
                each.rule_id,
                str(each.rule_version),
                each.proposed_status,
                str(each.verdicts),
                f"{each.precision:.0%}",
                f"{each.precision_low:.0%}",
            )
        console.print("[bold]Promote[/] – an entry in rule_status.csv")
        console.print(table)
    for kind, title in (
        ("except", "Except – a line in alert_suppression.csv"),
        ("change", "Change – a row in rule_parameters.csv, or a new version"),
    ):
        table = Table("rule", "version", "verdict of", "unit", "alert", box=None)
        table.add_column("subject", overflow="fold")
        for each in (other for other in found if other.kind == kind):
            table.add_row(
                each.rule_id,
                str(each.rule_version),
                each.proposed_on.isoformat(),
                each.unit_id or "",
                each.alert_id,
                each.subject_id,
            )
        if table.row_count:
            console.print(f"[bold]{title}[/]")
            console.print(table)
    console.print("How to act on them: docs/how-to/act-on-proposals.md.")


def _figures(rule: Rule) -> str:
    from huiyan.rules.figures import figures

    found = figures(rule.id, get_settings())
    if found is None:
        return "无：数据仓库没有运行（huiyan status 会启动它），或者还没有跑过这条规则"
    amount = "" if found.open_amount is None else f"，{found.open_amount:,} 元"
    status = words.RUN_STATUS[found.last_run_status]
    looked_at = "" if found.population is None else f"，检查对象 {found.population:,} 个"
    return (
        f"截至 {found.as_of}：未消除疑点 {found.open_hits:,} 个，涉及 {found.open_units:,} 个单位"
        f"{amount}；近 30 天新增 {found.new_hits_30_days:,} 个，"
        f"消除 {found.cleared_hits_30_days:,} 个\n"
        f"最近一次运行 {found.last_run_on}：{status}{looked_at}\n"
        f"历来 {found.hits_ever:,} 个对象，首次 {found.first_hit_on or '无'}，"
        f"最近 {found.last_hit_on or '无'}"
    )


def _open_hits(rule: Rule, limit: int) -> dict[str, str]:
    """A row of the table, or none; a hit's id as far as `huiyan explain` needs it."""
    from huiyan.rules.figures import open_hits

    found = open_hits(rule.id, limit, get_settings()) if limit else []
    lines = [
        f"{hit.hit_id[:ID_SHOWN]}  {hit.first_detected_on} 起  "
        + gathered_in_words(rule.subject_type, hit.subject_id)
        + ("" if hit.amount is None else f"  {hit.amount:,} 元")
        for hit in found
    ]
    return (
        {"未消除疑点": "\n".join([*lines, "查看某个的来由：huiyan explain 编号"])} if lines else {}
    )


@app.command("backtest")
def backtest_rule(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id, e.g. REC-001.")],
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First business date (default: all)."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last business date (default: all)."),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PARAMETER=VALUE", help="A value to try; repeatable."),
    ] = None,
) -> None:
    """Judge a rule again on every evaluated date, as each date saw the data; nothing live changes.

    Shows hits by month and township, what is new or gone against the live version, overlap with
    other rules, verdicts so far and what each body would get; keeps a page and a CSV.
    """
    from huiyan.backtest import keep, tables
    from huiyan.backtest.run import backtest

    with console.status("") as status:
        result, folder = backtest(
            rule_id,
            since=since.date() if since else None,
            until=until.date() if until else None,
            given=given or (),
            tell=lambda step: status.update(step),
        )
    rule = result.rule
    summary = Table(show_header=False, title=f"{rule.id} {rule.name.zh} ({rule.name.en})", box=None)
    summary.add_column(style="bold", no_wrap=True)
    summary.add_column(overflow="fold")
    for label, text in (("version", f"{rule.version}, {rule.status}"), *tables.facts(result)):
        summary.add_row(label, text)
    console.print(summary)
    for sheet in tables.sheets(result):
        console.print(f"\n[bold]{sheet.title}[/]\n[dim]{sheet.note}[/]", soft_wrap=True)
        if not sheet.rows:
            console.print("None.")
            continue
        table = Table(box=None)
        for place, heading in enumerate(sheet.headings):
            is_text = place < sheet.text_columns
            table.add_column(heading, justify="left" if is_text else "right")
        for row in sheet.rows[:SHOWN]:
            table.add_row(*row)
        console.print(table)
        if len(sheet.rows) > SHOWN:
            console.print(f"… {len(sheet.rows) - SHOWN} more on the page")
    console.print(f"\nPage: {folder / keep.PAGE}", soft_wrap=True)
    console.print(f"Hits: {folder / keep.HITS}", soft_wrap=True)
