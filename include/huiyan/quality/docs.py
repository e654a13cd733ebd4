"""Data Docs: one page per checked batch and an index, made from what `ops` recorded.

Great Expectations renders the results; the page around them is ours, because its own loads styles
and scripts from other people's servers. Pages can be made anew at any time (`rebuild`).
"""

import fcntl
import html
import logging
import os
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from huiyan.errors import NotFoundError
from huiyan.feeds.contract import load_contract
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import engine

INDEX_BATCHES = 500
logger = logging.getLogger(__name__)

STYLE = """
body{font:14px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#222;
max-width:1100px;margin:1.5rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.4rem 0 1rem}
td,th{border:1px solid #ddd;padding:.3rem .5rem;text-align:left;vertical-align:top}
th{background:#f4f4f4}td.n{text-align:right}a{color:#0b57a4}h1{font-size:1.3rem}
.stopped,.text-danger{color:#b00020}.accepted,.text-success{color:#1a7f37}.landed{color:#7a5c00}
.badge{background:#eee;border-radius:3px;padding:0 .3rem}.fas:before{content:"●"}
.collapse{display:block}ul{padding-left:1.2rem}
.btn,.close,.modal,.ge-navigation-sidebar-container{display:none}
"""
PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="UTF-8"><title>{{ title }}</title>
<style>{{ style }}</style></head><body>
<p><a href="../index.html">数据质量</a></p>
<h1>{{ title }} <span class="{{ status }}">{{ status_label }}</span></h1>
{{ summary }}
{% for section in sections %}{% set section_loop = loop -%}{% include 'section.j2' %}{% endfor %}
</body></html>
"""
INDEX = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="UTF-8"><title>数据质量</title>
<style>{style}</style></head><body><h1>数据质量</h1>
<table><tr><th>批次</th><th>数据</th><th>业务日期</th><th>版本</th><th>结论</th><th>行数</th>
<th>隔离</th><th>重复</th><th>未达标检查</th></tr>
{rows}
</table></body></html>
"""
NOTHING_RAISED = {
    "raised_exception": False,
    "exception_message": None,
    "exception_traceback": None,
}
STATUS_LABELS = {"accepted": "已接收", "stopped": "已停止", "landed": "待检查"}

_BATCHES = """
select
    batch.batch_id,
    batch.feed,
    batch.business_date,
    batch.version,
    batch.status,
    batch.error,
    batch.landed_at,
    coalesce(row_count.in_landing, batch.row_count) as rows,
    row_count.quarantined,
    row_count.duplicates,
    (
        select count(*) from ops.check_result
        where check_result.batch_id = batch.batch_id and not check_result.success
    ) as failed_checks
from ops.batch as batch
left join ops.row_count as row_count on batch.batch_id = row_count.batch_id
"""


def site(settings: Settings | None = None) -> Path:
    """Folder of the site; its entry is `index.html`."""
    return (settings or get_settings()).home_dir / "gx" / "data_docs"


def page_of(batch_id: int, settings: Settings | None = None) -> Path:
    """File of a batch's page, whether or not it is there yet."""
    return site(settings) / "validations" / f"{batch_id}.html"


def docs_url(batch_id: int, settings: Settings | None = None) -> str:
    """Address of a batch's page; the same for ever."""
    return page_of(batch_id, settings).as_uri()


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(content, "utf-8")
    draft.replace(path)


def _escaped(value: Any) -> Any:
    """Great Expectations' templates do not escape everything a sender can write."""
    if isinstance(value, str):
        return html.escape(value)
    if isinstance(value, dict):
        return {key: _escaped(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_escaped(member) for member in value]
    return value


def _results(connection: Connection, batch: Any) -> Any:
    """What `ops` recorded, as Great Expectations' own result of the suite."""
    from great_expectations.core import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
        RunIdentifier,
    )
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    from huiyan.quality import expectations  # noqa: F401  (registers ours)

    recorded = connection.execute(
        text(
            "select expectation, success, severity, detail from ops.check_result "
            "where batch_id = :batch_id and detail ? 'position' "
            "order by (detail ->> 'position')::integer"
        ),
        {"batch_id": batch.batch_id},
    )
    results = []
    for row in recorded.mappings():
        detail = row["detail"]
        kwargs = {key: value for key, value in detail["kwargs"].items() if key != "row_condition"}
        results.append(
            ExpectationValidationResult(
                success=row["success"],
                expectation_config=ExpectationConfiguration(
                    type=row["expectation"],
                    kwargs=kwargs,
                    meta={"notes": [f"{row['severity']} · {detail['reason']}"]},
                ),
                result=_escaped(detail["result"]),
                exception_info=NOTHING_RAISED,
            )
        )
    met = sum(bool(result.success) for result in results)
    return ExpectationSuiteValidationResult(
        success=met == len(results),
        results=results,
        suite_name=batch.feed,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": met,
            "unsuccessful_expectations": len(results) - met,
            "success_percent": 100 * met / len(results) if results else None,
        },
        meta={
            "run_id": RunIdentifier(
                run_name=f"{batch.business_date} v{batch.version}", run_time=batch.landed_at
            )
        },
    )


def _summary(connection: Connection, batch: Any) -> str:
    """Counts, files and the reasons of quarantine, as HTML."""
    files: Any = connection.execute(
        text(
            "select file_name, row_count, unknown_columns from ops.batch_file "
            "where batch_id = :batch_id order by file_no"
        ),
        {"batch_id": batch.batch_id},
    ).all()
    reasons = connection.execute(
        text(
            "select reason, count(*) as rows "  # noqa: S608
            f"from quarantine.{batch.feed}, unnest(reasons) as reason "
            "where batch_id = :batch_id group by reason order by rows desc, reason limit 50"
        ),
        {"batch_id": batch.batch_id},
    ).all()

    def table(headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
        head = "".join(f"<th>{heading}</th>" for heading in headings)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
            for row in rows
        )
        return f"<table><tr>{head}</tr>{body}</table>"

    parts = [f"<p class='stopped'>{html.escape(batch.error)}</p>"] if batch.error else []
    parts.append(
        table(
            ("行数", "隔离", "重复"), [(batch.rows, batch.quarantined or 0, batch.duplicates or 0)]
        )
    )
    parts.append(
        table(
            ("文件", "行数", "未识别的列"),
            [(file.file_name, file.row_count, ", ".join(file.unknown_columns)) for file in files],
        )
    )
    if reasons:
        parts.append(table(("隔离原因", "行数"), [tuple(row) for row in reasons]))
    return "".join(parts)


@cache
def _view() -> Any:
    """The templates; compiling them takes longer than filling them in."""
    from great_expectations.render.view import DefaultJinjaPageView
    from jinja2 import ChoiceLoader, DictLoader

    view: Any = DefaultJinjaPageView()
    view.env.loader = ChoiceLoader([DictLoader({"page.j2": PAGE}), view.env.loader])
    return view


def _page(connection: Connection, batch: Any) -> str:
    from great_expectations.render.renderer import ValidationResultsPageRenderer

    document = ValidationResultsPageRenderer().render(_results(connection, batch))
    view = _view()
    number = count()
    view.env.filters["generate_html_element_uuid"] = lambda prefix="": f"{prefix}{next(number)}"
    contract = load_contract(batch.feed)
    return str(
        view.render(
            document,
            title=html.escape(
                f"{contract.label} {batch.feed} · {batch.business_date} · 第 {batch.version} 版"
            ),
            status=batch.status,
            status_label=STATUS_LABELS[batch.status],
            summary=_summary(connection, batch),
            style=STYLE,
        )
    )


def _write_index(connection: Connection, settings: Settings) -> None:
    batches: Any = connection.execute(
        text(_BATCHES + " order by batch.batch_id desc limit :limit"), {"limit": INDEX_BATCHES}
    ).all()
    rows = []
    for batch in batches:
        link = f"{batch.batch_id}"
        if page_of(batch.batch_id, settings).exists():
            link = f"<a href='validations/{batch.batch_id}.html'>{batch.batch_id}</a>"
        cells = (
            f"<td>{link}</td>",
            f"<td>{html.escape(batch.feed)}</td>",
            f"<td>{batch.business_date}</td>",
            f"<td class='n'>{batch.version}</td>",
            f"<td class='{batch.status}'>{STATUS_LABELS[batch.status]}</td>",
            f"<td class='n'>{batch.rows}</td>",
            f"<td class='n'>{batch.quarantined or 0}</td>",
            f"<td class='n'>{batch.duplicates or 0}</td>",
            f"<td class='n'>{batch.failed_checks}</td>",
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    _write(site(settings) / "index.html", INDEX.format(style=STYLE, rows="\n".join(rows)))


def _publish(batch_ids: list[int], settings: Settings) -> None:
    site(settings).mkdir(parents=True, exist_ok=True)
    with engine(settings).connect() as connection:
        for batch_id in batch_ids:
            batch = connection.execute(
                text(_BATCHES + " where batch.batch_id = :batch_id"), {"batch_id": batch_id}
            ).one_or_none()
            if batch is None:
                raise NotFoundError(f"There is no batch {batch_id}.")
            _write(page_of(batch_id, settings), _page(connection, batch))
        connection.rollback()
        # Under the lock the last writer sees every batch decided before it.
        with (site(settings) / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _write_index(connection, settings)


def publish(batch_id: int, settings: Settings) -> None:
    """Write the page of one decided batch and the index.

    A page is a by-product: what goes wrong with it (a full disk, a value that cannot be rendered)
    is logged and must not stop the feed's day; `rebuild` makes up for it.
    """
    try:
        _publish([batch_id], settings)
    except Exception:
        logger.exception(
            "The data-quality page of batch %s could not be written; "
            "`huiyan quality docs` writes it later.",
            batch_id,
        )


def rebuild(settings: Settings | None = None) -> Path:
    """Write every page and the index anew from what `ops` recorded; returns the index."""
    settings = settings or get_settings()
    with engine(settings).connect() as connection:
        decided = connection.execute(
            text("select batch_id from ops.batch where status <> 'landed' order by batch_id")
        )
        batch_ids = [row.batch_id for row in decided]
    _publish(batch_ids, settings)
    return site(settings) / "index.html"
