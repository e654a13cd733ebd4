"""Forms as bodies send them back: read as the feed reads them, landed as the gate leaves them, and
what comes of it."""

import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import openpyxl

from alert_district import District
from huiyan.alerts.issue import issue, pending
from huiyan.delivery.deliver import deliver
from huiyan.feeds.cells import Parsed
from huiyan.feeds.collect import collect
from huiyan.feeds.contract import load_contract
from huiyan.feeds.readers import OpenFile
from huiyan.quality.gate import check
from huiyan.returns.accept import AcceptResult, accept

Line = dict[str, str]


def lines_of(name: str, content: bytes) -> list[Line]:
    """The lines of a form as the feed reads it, by column; empty cells are left out."""
    encoding = "gb18030" if name.endswith(".csv") else None
    source = OpenFile(load_contract("returns"), name, lambda: io.BytesIO(content), encoding)
    rows = [
        cells
        for each in source.rows(plain=False)
        for cells in (each.rows if isinstance(each, Parsed) else [each.cells])
    ]
    return [
        {name: cell for name, cell in zip(source.layout.names, cells, strict=True) if cell}
        for cells in rows
    ]


def land(district: District, day: date, lines: Iterable[Mapping[str, str]]) -> int:
    """Have lines accepted by the gate as the next version of the day."""
    columns = load_contract("returns").stored_columns
    lines = list(lines)
    batch = district.value(
        "with batch as (insert into ops.batch (feed, business_date, version, status, "
        "is_controlled, content_hash, row_count, decided_at) select 'returns', %s, count(*) + 1, "
        "'accepted', false, 'test', %s, now() from ops.batch where feed = 'returns' "
        "and business_date = %s returning batch_id) select batch_id from batch",
        day,
        len(lines),
        day,
    )
    district.add("ops.batch_file", batch, 1, "TC01/alerts.xlsx", "f", 1, None, len(lines))
    district.add("ops.row_count", batch, len(lines), len(lines), len(lines), 0, 0)
    for number, line in enumerate(lines, start=2):
        names = [name for name in columns if name in line]
        district.run(
            f"insert into landing.returns (batch_id, file_no, line_no, {', '.join(names)}) "
            f"values (%s, 1, %s{', %s' * len(names)})",
            batch,
            number,
            *(line[name] for name in names),
        )
    return int(batch)


def run(district: District, *days: date) -> None:
    """Take what came back, issue and deliver all that waits, day by day."""
    for day in days:
        district.evaluated(day)
        accept(day)
        issue(day)
        for waiting, body in pending():
            deliver(waiting, body)


def returned(path: Path) -> list[Line]:
    """The lines of a form that lies in the outbox."""
    return lines_of(path.name, path.read_bytes())


def form(district: District, body: str, day: date) -> dict[str, Line]:
    """The lines of the form a body was sent, by rule."""
    path = district.settings.outbox / body / day.isoformat() / "alerts.xlsx"
    rules = dict(district.rows("select alert_id, rule_id from ops.alert"))
    return {rules[line["alert_id"]]: line for line in returned(path)}


def refusals(district: District, batch: int) -> list[str]:
    return [
        reason
        for (reasons,) in district.rows(
            "select reasons from quarantine.returns where batch_id = %s order by line_no", batch
        )
        for reason in reasons
    ]


def put(
    district: District, day: date, body: str, content: bytes, name: str = "alerts.xlsx"
) -> Path:
    """Lay a file into the folder of a body."""
    folder = district.settings.landing / "returns" / day.isoformat() / body
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def taken(day: date) -> AcceptResult:
    """Collect what lies there, have it pass the gate and take it."""
    collected = collect("returns", day)
    assert collected.batch_id is not None, collected.message
    assert check(collected.batch_id).status == "accepted"
    return accept(day)


def sent_back(district: District, body: str, day: date) -> list[str]:
    """The reasons of the lines that a body was given back on a day, in order."""
    path = district.settings.outbox / body / day.isoformat() / "returned.xlsx"
    if not path.exists():
        return []
    rows = openpyxl.load_workbook(path)["退回更正"].iter_rows(min_row=2)
    return [str(row[2].value) for row in rows]
