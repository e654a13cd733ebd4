"""Links on every task of a run: to its data-quality page, the day's extracts and its brief."""

from typing import Any
from urllib.parse import quote

import attrs
from airflow.sdk import BaseOperator, BaseOperatorLink
from airflow.sdk.types import TaskInstanceKey

PREFIX = "/huiyan"


def _run_page(ti_key: TaskInstanceKey, page: str) -> str:
    return f"{PREFIX}/runs/{quote(ti_key.dag_id)}/{quote(ti_key.run_id, safe='')}/{page}"


@attrs.define()
class DataQualityLink(BaseOperatorLink):
    """To what was checked in the run's delivery, and what was found."""

    name = "数据质量 Data quality"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Path on the api-server; it looks the run's business date up."""
        return _run_page(ti_key, "quality")


@attrs.define()
class ExtractsLink(BaseOperatorLink):
    """To the extracts of the run's business date."""

    name = "下发清单 Extracts"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Path on the api-server; it looks the run's business date up."""
        return _run_page(ti_key, "extracts")


@attrs.define()
class BriefLink(BaseOperatorLink):
    """To the operations brief of the run's business date."""

    name = "运行简报 Brief"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """Path on the api-server; it looks the run's business date up."""
        return _run_page(ti_key, "brief")


class LazyPages:
    """The pages as an ASGI application that is imported only when the first of them is asked for:
    every Airflow process loads the plugins, only the api-server shows pages."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand the request on."""
        from huiyan.orchestration.pages import pages

        await pages(scope, receive, send)
