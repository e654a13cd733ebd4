"""`huiyan run` walks the DAGs as the scheduler would: order, results, partitions, failures."""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from huiyan.errors import LandingError, OrchestrationError
from huiyan.settings import REPOSITORY

DAY = date(2025, 11, 28)
FILE = '''
"""A DAG like ours."""
from datetime import datetime
from airflow.sdk import Asset, DAG, PokeReturnValue, dag, task, teardown
from airflow.sdk.exceptions import AirflowSkipException
from huiyan.errors import LandingError

OUT = Asset("out")

@dag(schedule=None, start_date=datetime(2025, 1, 1))
def sample():
    @task.sensor(mode="reschedule", timeout=60)
    def first(dag_run=None):
        return PokeReturnValue(is_done=False, xcom_value=[dag_run.partition_key, "b", "bad"])

    @task
    def each(item, outlet_events=None):
        if item == "bad":
            raise LandingError("this one is bad")
        return item.upper()

    @task.short_circuit(outlets=[OUT])
    def gate(items, outlet_events=None):
        outlet_events[OUT].add_partitions([items[0]])
        return False

    @task
    def behind_the_gate():
        raise AssertionError("never")

    @task
    def skips():
        raise AirflowSkipException("not today")

    @task
    def behind_the_mapped(results):
        raise AssertionError("never")

    @teardown
    @task
    def tells(dag_run=None):
        raise LandingError("told nobody of " + dag_run.partition_key)

    items = first()
    mapped = each.expand(item=items)
    behind_the_mapped(mapped)
    mapped >> tells()
    gate(items) >> behind_the_gate()
    skips()

sample_dag = sample()
'''


@pytest.fixture
def sample(airflow_home: Path, tmp_path: Path) -> Any:
    from huiyan.orchestration.inline import load_dags

    (tmp_path / "sample.py").write_text(FILE, "utf-8")
    return load_dags(tmp_path)["sample"]


def test_it_walks_as_the_scheduler_would(sample: Any) -> None:
    from huiyan.orchestration.inline import InlineRun

    run = InlineRun(sample, DAY).execute()
    assert run.states == {
        "first": "success",
        "each": "failed",
        "gate": "success",
        "behind_the_gate": "skipped",
        "skips": "skipped",
        "behind_the_mapped": "upstream_failed",
        "tells": "failed",
    }
    assert run.results["each"] == ["2025-11-28", "B"]
    assert run.events["out"] == ["2025-11-28"]
    assert [str(failure) for failure in run.failures] == ["sample.each: this one is bad"]
    assert isinstance(run.failures[0].error, LandingError)
    assert [str(failure) for failure in run.warnings] == ["sample.tells: told nobody of 2025-11-28"]


def test_it_loads_the_very_dags_of_the_repository(airflow_home: Path, bag: Any) -> None:
    from huiyan.orchestration.inline import load_dags

    dags = load_dags(REPOSITORY / "dags")
    assert set(dags) == set(bag.dags)
    for dag_id, dag in dags.items():
        assert set(dag.task_dict) == set(bag.dags[dag_id].task_dict)


def test_the_warehouse_is_due_when_every_feed_is_decided_or_one_corrected(bag: Any) -> None:
    from huiyan.orchestration.inline import is_due

    condition = bag.dags["warehouse"].timetable.asset_condition
    feeds = {dag_id for dag_id in bag.dags if dag_id.startswith("feed_")}
    assert is_due(condition, feeds)
    assert not is_due(condition, feeds - {"feed_leases"})
    assert is_due(condition, {"correction"})
    with pytest.raises(OrchestrationError):
        is_due(datetime.now(ZoneInfo("UTC")), feeds)
