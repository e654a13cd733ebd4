"""Send again what a channel did not take.

**Inputs**: the outbox (`ops.delivery`): extracts that failed and have waited long enough, and such
as nobody has tried within an hour.

**Runs** four times an hour. What fails waits twice as long as before, from 5 minutes to 6 hours;
after `HUIYAN_DELIVERY_ATTEMPTS` attempts it is given up and raises the operations alert
`delivery_dead` (`huiyan status`).

**When it fails**: a red `deliver` names the body and why its channel did not take the extract.
Put the cause right; the next run sends it. What was given up is sent by `huiyan deliver --again`.
"""

from datetime import date, datetime

from airflow.sdk import CronTriggerTimetable, dag, task

from huiyan.orchestration.calendar import ZONE
from huiyan.orchestration.vocabulary import defaults


@dag(
    doc_md=__doc__,
    schedule=CronTriggerTimetable("7-59/15 * * * *", timezone="Asia/Shanghai"),
    start_date=datetime(2020, 1, 1, tzinfo=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=defaults("operations"),
    tags=["alerts", "operations"],
)
def outbox() -> None:
    """Look through the outbox and deliver."""

    @task
    def due() -> list[dict[str, str]]:
        from huiyan.orchestration.steps import due_extracts

        return due_extracts()

    @task(map_index_template="{{ task.op_kwargs.waiting.body_code }}", do_xcom_push=False)
    def deliver(waiting: dict[str, str]) -> str:
        from huiyan.orchestration.steps import deliver_extract

        day = date.fromisoformat(waiting["business_date"])
        return deliver_extract(day, waiting["body_code"])

    deliver.expand(waiting=due())


outbox_dag = outbox()
