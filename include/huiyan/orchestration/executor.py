"""A LocalExecutor whose workers are warm.

A task is a fork of a fork of the scheduler: what the scheduler has imported, its tasks need not
import. Great Expectations and dbt take many times longer to import than a task takes to run.
"""

from importlib import import_module

from airflow.executors.local_executor import LocalExecutor

from huiyan.feeds.contract import load_contracts

PRELOADED = (
    "airflow.providers.standard.decorators.python",
    "airflow.providers.standard.decorators.sensor",
    "airflow.providers.standard.decorators.short_circuit",
    "great_expectations.expectations",
    "dbt.cli.main",
    "dbt.adapters.postgres",
    "huiyan.feeds.collect",
    "huiyan.quality.gate",
    "huiyan.warehouse.evaluate",
    "huiyan.alerts.issue",
    "huiyan.delivery.deliver",
    "huiyan.orchestration.steps",
    "huiyan.orchestration.timetable",
    "huiyan.orchestration.assets",
)


class WarmLocalExecutor(LocalExecutor):
    """LocalExecutor that imports what tasks need before it forks its workers."""

    def start(self) -> None:
        """Import, then start the workers."""
        for name in PRELOADED:
            import_module(name)
        load_contracts()
        super().start()
