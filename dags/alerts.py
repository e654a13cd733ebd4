"""Turn a business date's hits into alerts and hand every body its extract.

**Inputs**: the marts of one evaluated business date; jurisdictions and bodies as of that date; the
forms that came back for it.

`take_returns` turns what bodies sent back into events, or puts it aside with the reason. `issue`
writes alerts, tiers, routes, due dates and the outbox in one transaction; then one `deliver` per
body hands over its workbook. The outbox makes repeating safe: nothing is sent twice. Whatever
became of them, `brief` then writes the operations brief of the date and mails it.

**When it fails**: a red `deliver` names the body and why its channel did not take the extract; the
others are not affected. Put the cause right and clear that task: it sends what is pending. A red
`brief` fails no run: `huiyan brief --date D` makes it again.
"""

from datetime import date, datetime
from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task, teardown

from huiyan.orchestration.assets import MARTS
from huiyan.orchestration.calendar import ZONE, business_date_of
from huiyan.orchestration.vocabulary import defaults


@dag(
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=MARTS),
    start_date=datetime(2020, 1, 1, tzinfo=ZONE),
    catchup=False,
    max_active_runs=1,
    default_args=defaults("alerts"),
    tags=["alerts"],
)
def alerts() -> None:
    """Issue, deliver, and tell the operators."""

    @task(do_xcom_push=False)
    def take_returns(dag_run: Any = None) -> dict[str, int]:
        from huiyan.orchestration import steps

        return steps.take_returns(business_date_of(dag_run.partition_key, None))

    @task
    def issue(dag_run: Any = None) -> list[dict[str, str]]:
        from huiyan.orchestration.steps import issue_alerts

        return issue_alerts(business_date_of(dag_run.partition_key, None))

    @task(
        map_index_template="{{ task.op_kwargs.waiting.body_code }}",
        do_xcom_push=False,
        **defaults("delivery"),
    )
    def deliver(waiting: dict[str, str]) -> str:
        from huiyan.orchestration.steps import deliver_extract

        day = date.fromisoformat(waiting["business_date"])
        return deliver_extract(day, waiting["body_code"])

    # A teardown: it runs whatever failed before it, and does not decide how the run ends.
    @teardown
    @task
    def brief(dag_run: Any = None) -> str:
        from huiyan.orchestration.steps import write_brief

        return write_brief(business_date_of(dag_run.partition_key, None))

    waiting = issue()
    take_returns() >> waiting
    deliver.expand(waiting=waiting) >> brief()


alerts_dag = alerts()
