"""Judge a business date: staging, units and links, rules, marts, ledger gate.

**Inputs**: the accepted batches of all feeds. It runs for a business date once every feed of that
date is decided (accepted, stopped, or released by `feeds_deadline`), and again when a correction of
an already evaluated date has come. Later dates that a correction made stale are replayed in order.

**When it fails**: the log carries dbt's message and the model's name. Nothing is half done: put the
cause right and clear the task. `huiyan rules show RULE` says what a rule needs.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import AssetAll, AssetAny, PartitionedAssetTimetable, dag, task

from huiyan.orchestration.assets import CORRECTION, MARTS, feed_assets
from huiyan.orchestration.calendar import ZONE, business_date_of
from huiyan.orchestration.vocabulary import defaults
from huiyan.settings import get_settings


@dag(
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(
        assets=AssetAny(AssetAll(*feed_assets(get_settings())), CORRECTION)
    ),
    start_date=datetime(2020, 1, 1, tzinfo=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=defaults("warehouse"),
    tags=["warehouse"],
)
def warehouse() -> None:
    """Evaluate a business date."""

    @task(outlets=[MARTS])
    def evaluate(dag_run: Any = None, outlet_events: Any = None) -> list[str]:
        from huiyan.orchestration.steps import evaluate_day

        day = business_date_of(dag_run.partition_key, None)
        dates = [evaluated.isoformat() for evaluated in evaluate_day(day)]
        outlet_events[MARTS].add_partitions(dates)
        return dates

    evaluate()


warehouse_dag = warehouse()
