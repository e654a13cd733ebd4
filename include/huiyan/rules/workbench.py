"""Runs a rule's own unit tests, in a small warehouse of their own: no other is touched.

It lies in `<HUIYAN_HOME>/rule-workbench`, is made on first use and stopped after each.
"""

from datetime import date

from huiyan.rules.catalogue import Rule
from huiyan.settings import Settings
from huiyan.warehouse import embedded
from huiyan.warehouse.dbt import dbt, inputs_hash
from huiyan.warehouse.evaluate import evaluate
from huiyan.warehouse.migrate import migrate

DAY = date(2025, 1, 1)


def run_tests(rule: Rule, settings: Settings) -> None:
    """Run the rule's unit tests, after building on empty feeds what rules read if it has changed.

    Raises:
        WarehouseError: a test fails; the message has what was expected and what was found.
        ConfigurationError: the library's reviewed lists are wrong.
        EvaluationError: a rule is not on the list of rules, or lacks a threshold.
    """
    bench = Settings(home=settings.home_dir / "rule-workbench", warehouse_url=None)
    built = bench.home_dir / "built"
    wanted = inputs_hash()
    try:
        migrate(bench)
        if not built.exists() or built.read_text() != wanted:
            evaluate(DAY, bench)
            built.write_text(wanted)
        dbt(
            "test",
            "--select",
            f"{rule.model},test_type:unit",
            settings=bench,
            business_date=DAY,
        )
    finally:
        embedded.stop(bench)
