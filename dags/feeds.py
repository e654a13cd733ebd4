"""Take in one feed: collect its delivery, put it through the quality gate.

**Inputs**: `<landing>/<feed>/<business date>/`, put there by the sender by the contract's deadline.

**Runs** on every working day of the official calendar for the working day before, and by hand with
the business date as partition key. It waits for a delivery that has not come yet.

**When it fails**: the log of the red task names file, line, column and what to do. A stopped or
missing delivery is no failure of the DAG: `huiyan status` lists it, the day goes on without it, and
the run of a corrected delivery (trigger it with the same partition key) evaluates the day anew.

One file makes one DAG per feed contract, `feed_<contract>`: the one exception to "DAG id = file
name", so that a new feed needs a contract and nothing else.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import DAG, PokeReturnValue, dag, task

from huiyan.feeds.contract import FeedContract
from huiyan.orchestration.assets import CORRECTION, feed_asset
from huiyan.orchestration.calendar import (
    COLLECT_FROM,
    COLLECT_UNTIL,
    ZONE,
    business_date_of,
    subscribed_contracts,
)
from huiyan.orchestration.timetable import WorkdayTimetable
from huiyan.orchestration.vocabulary import ANNOUNCING_POOL, defaults
from huiyan.settings import get_settings

WAIT_SECONDS = (COLLECT_UNTIL.hour - COLLECT_FROM.hour + 1) * 3600


def feed_dag(contract: FeedContract) -> DAG:
    """The DAG of one feed."""
    asset = feed_asset(contract.name)

    @dag(
        dag_id=f"feed_{contract.name}",
        dag_display_name=f"{contract.label} {contract.name}",
        doc_md=f"# {contract.label}\n\n{contract.description}\n\n{__doc__}",
        schedule=WorkdayTimetable(f"{COLLECT_FROM:%H:%M}"),
        start_date=datetime(2020, 1, 1, tzinfo=ZONE),
        catchup=False,
        max_active_runs=1,
        default_args=defaults("feed"),
        tags=["feed", contract.kind],
    )
    def feed() -> None:
        @task.sensor(mode="reschedule", poke_interval=300, timeout=WAIT_SECONDS)
        def collect(dag_run: Any = None) -> PokeReturnValue:
            from huiyan.orchestration.steps import collect_feed, is_waiting

            day = business_date_of(dag_run.partition_key, dag_run.logical_date)
            collected = collect_feed(contract.name, day)
            waiting = is_waiting(contract.name, day, collected, datetime.now(ZONE))
            return PokeReturnValue(is_done=not waiting, xcom_value=collected.plain())

        @task.short_circuit(outlets=[asset], pool=ANNOUNCING_POOL)
        def check(
            collected: dict[str, Any], dag_run: Any = None, outlet_events: Any = None
        ) -> bool:
            from huiyan.orchestration.steps import Collected, check_feed

            day = business_date_of(dag_run.partition_key, dag_run.logical_date)
            outlet_events[asset].add_partitions([day.isoformat()])
            return check_feed(contract.name, day, Collected(**collected))

        @task(outlets=[CORRECTION])
        def correct(dag_run: Any = None, outlet_events: Any = None) -> None:
            day = business_date_of(dag_run.partition_key, dag_run.logical_date)
            outlet_events[CORRECTION].add_partitions([day.isoformat()])

        check(collect()) >> correct()

    return feed()


for _contract in subscribed_contracts(get_settings()):
    globals()[f"feed_{_contract.name}"] = feed_dag(_contract)
