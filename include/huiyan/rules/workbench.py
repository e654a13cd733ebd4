"""Tries a rule in a small warehouse of its own, on empty feeds: no other warehouse is touched.

It lies in `<HUIYAN_HOME>/rule-workbench`, is made on first use and stopped after each.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from huiyan.backtest.run import judged, prepared
from huiyan.errors import EvaluationError, WarehouseError
from huiyan.rules import slices
from huiyan.rules.catalogue import Rule
from huiyan.settings import REPOSITORY, Settings
from huiyan.warehouse import embedded
from huiyan.warehouse.dbt import DbtError, dbt, inputs_hash
from huiyan.warehouse.evaluate import evaluate
from huiyan.warehouse.migrate import migrate

DAY = date(2025, 1, 1)
# What PostgreSQL and DuckDB do not know, and where their parsers stopped.
UNKNOWN = re.compile(
    r"(?:column|function|relation|at or near|with name|named) \"?(?P<name>[\w.]+)", re.IGNORECASE
)
SHOWN = 3


@contextmanager
def workbench(rule: Rule, settings: Settings) -> Iterator[Settings]:
    """The small warehouse, in which what rules read is built if it has changed.

    What of `rule` a database does not take, here or within, is told with the lines of its SQL.

    Raises:
        ConfigurationError: the library's reviewed lists are wrong.
        EvaluationError: a rule is not on the list of rules, or lacks a threshold.
        WarehouseError: a model of the library, or this one, cannot be built.
    """
    bench = Settings(home=settings.home_dir / "rule-workbench", warehouse_url=None)
    built = bench.home_dir / "built"
    wanted = inputs_hash()
    try:
        migrate(bench)
        if not built.exists() or built.read_text() != wanted:
            evaluate(DAY, bench)
            built.write_text(wanted)
        yield bench
    except DbtError as error:
        raise WarehouseError(f"{rule.id} is not tried: {_placed(rule, error.reason)}") from error
    finally:
        embedded.stop(bench)


def _placed(rule: Rule, said: str) -> str:
    """What a database says of the compiled SQL, with the lines of the rule's own that it means."""
    found = UNKNOWN.search(said)
    if found is None:
        return said
    word = re.compile(rf"(?<!\w){re.escape(found['name'])}(?!\w)")
    lines = rule.sql_path.read_text(encoding="utf-8").splitlines()
    numbers = [number for number, line in enumerate(lines, 1) if word.search(line)]
    path = rule.sql_path.relative_to(REPOSITORY)
    places = ", ".join(f"{path}:{number}" for number in numbers[:SHOWN])
    return f"{places}: {said}" if places else said


def run_tests(rule: Rule, bench: Settings) -> None:
    """Build the rule and run its unit tests.

    Raises:
        DbtError: PostgreSQL does not take its SQL.
        WarehouseError: a test fails; the message has what was expected and what was found.
    """
    dbt("run", "--select", rule.model, settings=bench, business_date=DAY)
    dbt("test", "--select", f"{rule.model},test_type:unit", settings=bench, business_date=DAY)


def check_slice(rule: Rule, bench: Settings) -> None:
    """Hold what the rule's SQL reads against what its slice holds.

    Raises:
        EvaluationError: it reads more; the message names what, and the slices that hold it.
    """
    beyond = slices.not_held(rule, slices.declared(bench, DAY))
    if beyond:
        raise EvaluationError(beyond)


def run_on_duckdb(rule: Rule, bench: Settings) -> None:
    """Judge the rule on DuckDB, as a backtest does.

    Raises:
        EvaluationError: DuckDB does not take its SQL.
    """
    try:
        with prepared(rule, bench) as ready:
            for _ in judged(ready, {}, bench):
                pass
    except EvaluationError as error:
        raise EvaluationError(f"On DuckDB: {_placed(rule, str(error))}") from error
