"""Registers with Airflow what Airflow itself must know; the classes live in the package."""

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from huiyan.orchestration.links import (
    PREFIX,
    BriefLink,
    DataQualityLink,
    ExtractsLink,
    LazyPages,
)
from huiyan.orchestration.timetable import WorkdayTimetable


class HuiyanPlugin(AirflowPlugin):
    """The working-day timetable, the links on every task, and the pages they lead to."""

    name = "huiyan"
    timetables: list[Any] = [WorkdayTimetable]  # noqa: RUF012
    global_operator_extra_links: list[Any] = [  # noqa: RUF012
        DataQualityLink(),
        ExtractsLink(),
        BriefLink(),
    ]
    fastapi_apps: list[Any] = [  # noqa: RUF012
        {"name": "huiyan", "url_prefix": PREFIX, "app": LazyPages()}
    ]
    external_views: list[Any] = [  # noqa: RUF012
        {
            "name": "慧眼",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "category": "browse",
            "url_route": "huiyan",
        }
    ]
