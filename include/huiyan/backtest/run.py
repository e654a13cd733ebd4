"""Runs a backtest: copies what the rule reads, judges every date, compares, keeps the result.

The warehouse is only read: its tables through a transaction that may not write, the alerts'
routing through temporary tables in one that is rolled back.
"""

import fcntl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg

from huiyan.backtest import keep, live
from huiyan.backtest.live import Unit
from huiyan.backtest.parameters import Key, parse, thresholds
from huiyan.backtest.result import Result
from huiyan.backtest.spells import Findings, gather
from huiyan.backtest.volume import volume
from huiyan.errors import ConfigurationError
from huiyan.lake import copies, history, project, seeds
from huiyan.lake.history import History, Judged
from huiyan.lake.project import Project
from huiyan.rules.catalogue import Rule, load_rule
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import evaluate
from huiyan.warehouse.connection import connect

ROLE = "huiyan_push"  # reads staging, marts and ops for the alerts; huiyan_read sees only marts


def _ignore(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Prepared:
    """What judging needs and is the same for every set of values.

    Attributes:
        days: the evaluated dates. folder: where copies are kept. files: copies by relation.
        recorded: what the daily evaluation found. units: every unit by its id.
    """

    rule: Rule
    project: Project
    days: list[date]
    folder: Path
    files: dict[str, Path]
    recorded: Findings
    units: dict[str, Unit]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder: another backtest waits, so no copy vanishes that is being read."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def _reading(settings: Settings) -> Iterator[psycopg.Connection]:
    """The warehouse between two evaluations, in a transaction that cannot write."""
    with connect(settings, role=ROLE) as connection:
        connection.read_only = True
        connection.execute("select pg_advisory_xact_lock_shared(%s)", (evaluate.LOCK,))
        yield connection


@contextmanager
def prepared(
    rule: Rule,
    settings: Settings,
    since: date | None = None,
    until: date | None = None,
    tell: Callable[[str], None] = _ignore,
) -> Iterator[Prepared]:
    """Compile the rule and copy what it reads, both only if they have changed; one at a time.

    Raises:
        EvaluationError: no date from `since` to `until` was evaluated, or one waits to be.
    """
    folder = settings.home_dir / "lake"
    tell("waiting for another backtest")
    with _alone(folder):
        tell("compiling the rules")
        compiled = project.load(folder, settings)
        tell("copying what the rule reads")
        with _reading(settings) as connection:
            days = live.evaluated_dates(connection, since, until)
            relations = History.reads(compiled, rule)
            ready = Prepared(
                rule,
                compiled,
                days,
                folder,
                copies.refresh(connection, compiled, relations, folder),
                live.ledger(connection, rule.id, days),
                live.units(connection),
            )
        yield ready


def judged(ready: Prepared, values: Mapping[Key, Decimal], settings: Settings) -> Iterator[Judged]:
    """The rule on every date, with `values` in the place of the parameters in force.

    Raises:
        EvaluationError: the rule fails on a date.
    """
    relations = History.reads(ready.project, ready.rule)
    with duckdb.connect(config={"temp_directory": str(ready.folder / "spill")}) as lake:
        history.show(lake, ready.files)
        seeds.load(lake, ready.project, relations, values, settings)
        yield from History(lake, ready.project, ready.rule).judge(ready.days)


def _compared(
    ready: Prepared,
    values: Mapping[Key, Decimal],
    found: Findings,
    compared: Findings,
    settings: Settings,
) -> Result:
    rule, days = ready.rule, ready.days
    hits = [each.hit for each in found.subjects().values()]
    with connect(settings, role=ROLE) as connection:
        return Result(
            rule=rule,
            days=tuple(days),
            thresholds=tuple(thresholds(rule, values, days[0], days[-1])),
            found=found,
            live=compared,
            recorded_days=live.recorded_days(connection, rule.id, days),
            units=ready.units,
            overlaps=tuple(live.overlaps(connection, rule.id, found, days)),
            verdicts=tuple(live.verdicts(connection, rule.id, hits)),
            volume=volume(connection, rule, found, settings),
            live_volume=volume(connection, rule, compared, settings),
        )


def backtest(
    rule_id: str,
    *,
    since: date | None = None,
    until: date | None = None,
    given: Iterable[str] = (),
    settings: Settings | None = None,
    tell: Callable[[str], None] = _ignore,
) -> tuple[Result, Path]:
    """Judge a rule again on every evaluated business date from `since` to `until`.

    Args:
        given: values to try, as `parameter=value`. tell: told of each step as it begins.

    Returns:
        The result and the folder in which it is kept.

    Raises:
        NotFoundError: there is no such rule. ConfigurationError: a value cannot be tried, or the
            range is upside down. EvaluationError: no date of the range was evaluated, or the rule
            fails on one.
    """
    settings = settings or get_settings()
    rule = load_rule(rule_id)
    values = parse(rule, given)
    if since is not None and until is not None and since > until:
        raise ConfigurationError(f"--from {since} is later than --to {until}.")
    with prepared(rule, settings, since, until, tell) as ready:
        tell(f"judging {len(ready.days):,} dates")
        found = gather(judged(ready, values, settings))
        compared = ready.recorded
        if values:
            tell(f"judging {len(ready.days):,} dates with the parameters in force")
            compared = gather(judged(ready, {}, settings))
        tell("routing the hits")
        result = _compared(ready, values, found, compared, settings)
        return result, keep.write(result, settings.home_dir / "backtests")
