"""What the plugin registers is there, and the DAGs survive the way through Airflow's database."""

import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from huiyan.settings import REPOSITORY

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def plugin(airflow_home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(REPOSITORY / "plugins"))
    import huiyan_airflow

    yield huiyan_airflow.HuiyanPlugin
    sys.modules.pop("huiyan_airflow", None)


def test_it_registers_timetable_links_and_pages(plugin: Any) -> None:
    assert [timetable.__name__ for timetable in plugin.timetables] == ["WorkdayTimetable"]
    assert len(plugin.global_operator_extra_links) == 3
    assert [app["url_prefix"] for app in plugin.fastapi_apps] == ["/huiyan"]


def test_links_name_the_run(plugin: Any) -> None:
    key = SimpleNamespace(dag_id="feed_leases", run_id="manual__2025-11-28T00:00:00+00:00")
    quality, extracts, brief = (
        link.get_link(None, ti_key=key) for link in plugin.global_operator_extra_links
    )
    assert quality == "/huiyan/runs/feed_leases/manual__2025-11-28T00%3A00%3A00%2B00%3A00/quality"
    assert extracts.endswith("/extracts")
    assert brief.endswith("/brief")


def test_every_dag_can_be_serialised(bag: Any, plugin: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    for dag in bag.dags.values():
        again = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        assert again.dag_id == dag.dag_id


def test_timetable_round_trip(plugin: Any) -> None:
    from huiyan.orchestration.timetable import WorkdayTimetable

    timetable = WorkdayTimetable("08:00", "06:00")
    again = WorkdayTimetable.deserialize(timetable.serialize())
    assert again.summary == timetable.summary == "workdays 06:00 08:00"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-11-28 05:59", "2025-11-28 06:00"),
        ("2025-11-28 06:00", "2025-12-01 06:00"),
        ("2025-09-27 12:00", "2025-09-28 06:00"),
        ("2025-09-30 07:00", "2025-10-09 06:00"),
        ("2025-10-10 07:00", "2025-10-11 06:00"),
    ],
    ids=["same day", "over a weekend", "swapped Sunday", "National Day", "swapped Saturday"],
)
def test_timetable_follows_the_official_calendar(
    airflow_home: Path, moment: str, expected: str
) -> None:
    from huiyan.orchestration.timetable import WorkdayTimetable

    timetable = WorkdayTimetable("06:00")
    assert timetable.following(_at(moment), inclusive=False) == _at(expected)
    assert timetable.latest(_at(expected)) == _at(expected)


def test_timetable_schedules_run_after_run(airflow_home: Path) -> None:
    from airflow.timetables.base import DataInterval, TimeRestriction
    from pendulum import instance

    from huiyan.orchestration.timetable import WorkdayTimetable

    timetable = WorkdayTimetable("06:00", "08:00")
    restriction = TimeRestriction(instance(_at("2025-01-01 00:00")), None, catchup=True)
    first = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert first is not None
    assert first.run_after == _at("2025-01-02 06:00")
    second = timetable.next_dagrun_info(
        last_automated_data_interval=DataInterval.exact(first.run_after), restriction=restriction
    )
    assert second is not None
    assert second.run_after == _at("2025-01-02 08:00")
    over = TimeRestriction(None, instance(_at("2025-01-02 07:00")), catchup=True)
    assert (
        timetable.next_dagrun_info(
            last_automated_data_interval=DataInterval.exact(first.run_after), restriction=over
        )
        is None
    )
