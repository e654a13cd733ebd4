"""Forms as bodies send them back: read as the feed reads them, landed as the gate leaves them."""

import io
from collections.abc import Iterable, Mapping
from datetime import date

from alert_district import District
from huiyan.feeds.cells import Parsed
from huiyan.feeds.contract import load_contract
from huiyan.feeds.readers import OpenFile

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
