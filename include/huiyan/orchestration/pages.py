"""Pages the api-server shows beside Airflow's own: data quality, extracts and brief of a date.

Only who is logged in to Airflow sees them; they listen where the api-server does (127.0.0.1).
"""

from collections.abc import Iterable
from datetime import date
from html import escape
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import get_user
from airflow.models.dagrun import DagRun
from fastapi import Depends, FastAPI, HTTPException
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from sqlalchemy import select

from huiyan.brief.make import page_of
from huiyan.orchestration.calendar import business_date_of
from huiyan.orchestration.links import PREFIX
from huiyan.orchestration.status import FeedStatus, day_status, evaluated_dates
from huiyan.quality import docs
from huiyan.settings import get_settings

pages = FastAPI(title="Huiyan", dependencies=[Depends(get_user)])

DATE = Annotated[date, PathParameter()]


def _page(title: str, parts: Iterable[str]) -> HTMLResponse:
    return HTMLResponse(
        "<!doctype html><html lang='zh-CN'><meta charset='utf-8'>"
        f"<title>{escape(title)}</title>"
        "<style>body{font:15px/1.6 sans-serif;margin:2em;max-width:70em}"
        "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .7em;"
        "text-align:left}.bad{background:#fdd}</style>"
        f"<h1>{escape(title)}</h1>{''.join(parts)}</html>"
    )


def _link(target: str, words: str) -> str:
    return f"<a href='{escape(PREFIX + target, quote=True)}'>{escape(words)}</a>"


def _table(head: list[str], rows: Iterable[tuple[bool, list[str]]]) -> str:
    cells = "".join(f"<th>{escape(word)}</th>" for word in head)
    lines = "".join(
        f"<tr{'' if is_well else ' class=bad'}>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
        for is_well, row in rows
    )
    return f"<table><tr>{cells}</tr>{lines}</table>"


def _inside(folder: Path, *parts: str) -> Path:
    """The existing file under `folder`; 404 for anything else, also for paths that leave it."""
    path = folder.joinpath(*parts).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise HTTPException(404, "There is no such file.")
    return path


@pages.get("/")
def index() -> HTMLResponse:
    """The business dates there are."""
    rows = [
        (
            True,
            [
                day.isoformat(),
                _link(f"/days/{day}/quality", "数据质量"),
                _link(f"/days/{day}/extracts", "下发清单"),
                _link(f"/days/{day}/brief", "运行简报") if page_of(day).is_file() else "",
            ],
        )
        for day in evaluated_dates()
    ]
    docs = _link("/data-docs/index.html", "Great Expectations 数据文档")
    return _page("慧眼 业务日期", [_table(["业务日期", "", "", ""], rows), f"<p>{docs}</p>"])


@pages.get("/runs/{dag_id}/{run_id}/{page}")
def run_page(dag_id: str, run_id: str, page: str, session: SessionDep) -> RedirectResponse:
    """From a run to the page of its business date."""
    run = session.scalar(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id))
    if run is None or page not in ("quality", "extracts", "brief"):
        raise HTTPException(404, "There is no such run.")
    try:
        day = business_date_of(run.partition_key, run.logical_date)
    except ValueError as error:
        raise HTTPException(404, "This run has no business date.") from error
    feed = dag_id.removeprefix("feed_") if dag_id.startswith("feed_") else ""
    anchor = f"#{quote(feed)}" if feed and page == "quality" else ""
    return RedirectResponse(f"{PREFIX}/days/{day}/{page}{anchor}")


def _feed_row(status: FeedStatus) -> tuple[bool, list[str]]:
    failed = "; ".join(status.failed_checks)
    checked = ""
    if status.batch_id is not None and (page := docs.page_of(status.batch_id)).is_file():
        checked = _link(f"/data-docs/{page.relative_to(docs.site())}", "检查结果")
    return status.is_well, [
        f"<a id='{escape(status.feed, quote=True)}'>{escape(status.label)}</a>",
        escape(status.status),
        str(status.version or ""),
        str(status.rows),
        str(status.good),
        str(status.duplicates),
        str(status.quarantined),
        escape(failed),
        checked,
        escape(status.message),
    ]


@pages.get("/days/{day}/quality")
def quality(day: DATE) -> HTMLResponse:
    """What was checked on each feed's delivery of the date."""
    head = [
        "数据源",
        "状态",
        "版本",
        "行数",
        "可用",
        "重复",
        "隔离",
        "未通过的检查",
        "报告",
        "说明",
    ]
    parts = [_table(head, (_feed_row(status) for status in day_status(day).feeds))]
    if (docs.site() / "index.html").is_file():
        parts.append(f"<p>{_link('/data-docs/index.html', 'Great Expectations 数据文档')}</p>")
    return _page(f"{day} 数据质量", parts)


@pages.get("/days/{day}/brief")
def brief(day: DATE) -> FileResponse:
    """The operations brief of the date; 404 before it is written."""
    path = page_of(day)
    return FileResponse(_inside(path.parent, path.name))


@pages.get("/data-docs/{path:path}")
def data_doc(path: str) -> FileResponse:
    """A page of the Great Expectations data docs."""
    return FileResponse(_inside(docs.site(), path))


@pages.get("/days/{day}/extracts")
def extracts(day: DATE) -> HTMLResponse:
    """The extracts handed over for the date."""
    rows = []
    for folder in sorted(get_settings().outbox.glob(f"*/{day.isoformat()}")):
        body = folder.parent.name
        files = [
            _link(f"/days/{day}/extracts/{quote(body)}/{quote(file.name)}", file.name)
            for file in sorted(folder.iterdir())
            if file.is_file()
        ]
        rows.append((True, [escape(body), " ".join(files)]))
    return _page(f"{day} 下发清单", [_table(["处置主体", "文件"], rows)])


@pages.get("/days/{day}/extracts/{body}/{name}")
def extract(day: DATE, body: str, name: str) -> FileResponse:
    """One file of an extract."""
    return FileResponse(_inside(get_settings().outbox, body, day.isoformat(), name))
