"""Keep the warehouse sound: archive hashes, statistics, old logs.

**Inputs**: the archive of delivered files, the warehouse, the log folders. Nothing of the business
is changed.

**When it fails**: `verify_archive` names the archived files whose content no longer has the hash
they were registered with; restore them from backup before anything is replayed. `vacuum` fails only
if the warehouse cannot be reached. Clear the red task afterwards.
"""

from datetime import datetime

from airflow.sdk import CronTriggerTimetable, dag, task

from huiyan.orchestration.calendar import ZONE
from huiyan.orchestration.vocabulary import defaults


@dag(
    doc_md=__doc__,
    schedule=CronTriggerTimetable("30 1 * * *", timezone="Asia/Shanghai"),
    start_date=datetime(2020, 1, 1, tzinfo=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=defaults("operations"),
    tags=["operations"],
)
def maintenance() -> None:
    """Nightly upkeep."""

    @task
    def verify_archive() -> int:
        from huiyan.orchestration.upkeep import verify_archive

        return verify_archive()

    @task
    def vacuum() -> None:
        from huiyan.orchestration.upkeep import vacuum

        vacuum()

    @task
    def prune_logs() -> int:
        from huiyan.orchestration.upkeep import prune_logs

        return prune_logs()

    [verify_archive(), vacuum(), prune_logs()]


maintenance_dag = maintenance()
