"""Let the day go on without the feeds that have not come.

**Inputs**: the register of deliveries (`ops.batch`) and the deadlines of the feed contracts.

**Runs** on every working day at each deadline, for the working day before. Each daily feed that is
late raises an operations alert (`huiyan status`). At the last deadline the partitions of all feeds
are released, if the day has not been evaluated yet: the rules that need a missing feed are then
`not_evaluated`, the others run. A delivery that comes later is taken in by its own DAG, which has
the day evaluated anew.

**When it fails**: the warehouse cannot be reached, see the log; clear the task once it can.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from huiyan.orchestration.assets import feed_assets
from huiyan.orchestration.calendar import (
    COLLECT_FROM,
    ZONE,
    business_date_of,
    subscribed_contracts,
)
from huiyan.orchestration.timetable import WorkdayTimetable
from huiyan.orchestration.vocabulary import defaults
from huiyan.settings import get_settings

DEADLINES = {contract.deadline for contract in subscribed_contracts(get_settings())} - {None}
ASSETS = feed_assets(get_settings())


@dag(
    doc_md=__doc__,
    schedule=WorkdayTimetable(*(DEADLINES or {f"{COLLECT_FROM:%H:%M}"})),
    start_date=datetime(2020, 1, 1, tzinfo=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=defaults("operations"),
    tags=["feed", "operations"],
)
def feeds_deadline() -> None:
    """Watch the deadlines."""

    @task(outlets=ASSETS)
    def release(dag_run: Any = None, outlet_events: Any = None) -> list[str]:
        from huiyan.orchestration.steps import feeds_overdue, must_be_released

        now = datetime.now(ZONE)
        day = business_date_of(dag_run.partition_key, dag_run.logical_date)
        overdue = feeds_overdue(day, now)
        if not must_be_released(day, now):
            raise AirflowSkipException(f"{day} need not be released; late so far: {overdue}")
        for asset in ASSETS:
            outlet_events[asset].add_partitions([day.isoformat()])
        return overdue

    release()


feeds_deadline_dag = feeds_deadline()
