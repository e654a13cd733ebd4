"""Tries a rule in a small warehouse of its own, on empty feeds: no other warehouse is touched.

It lies in `<HUIYAN_HOME>/rule-workbench`, is made on first use and stopped after each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from huiyan.backtest.run import judged, prepared
from huiyan.rules.catalogue import Rule
from huiyan.settings import Settings
from huiyan.warehouse import embedded
from huiyan.warehouse.dbt import dbt, inputs_hash
from huiyan.warehouse.evaluate import evaluate
from huiyan.warehouse.migrate import migrate

DAY = date(2025, 1, 1)


@contextmanager
def workbench(settings: Settings) -> Iterator[Settings]:
    """The small warehouse, in which what rules read is built if it has changed.

    Raises:
        ConfigurationError: the library's reviewed lists are wrong.
        EvaluationError: a rule is not on the list of rules, or lacks a threshold.
        WarehouseError: a model of the library cannot be built.
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
    finally:
        embedded.stop(bench)


def run_tests(rule: Rule, bench: Settings) -> None:
    """Run the rule's unit tests.

    Raises:
        WarehouseError: a test fails; the message has what was expected and what was found.
    """
    dbt("test", "--select", f"{rule.model},test_type:unit", settings=bench, business_date=DAY)


def run_on_duckdb(rule: Rule, bench: Settings) -> None:
    """Judge the rule on DuckDB, as a backtest does.

    Raises:
        EvaluationError: DuckDB does not take its SQL.
    """
    with prepared(rule, bench) as ready:
        for _ in judged(ready, {}, bench):
            pass
