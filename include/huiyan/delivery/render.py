"""The files of an extract, as bytes; the same extract always gives the same bytes.

They are three, and a fourth where something that the body sent back was not taken.
"""

import csv
import hashlib
import io
import json
from typing import Any

from huiyan.delivery.extract import CSV_COLUMNS, Extract, ExtractRow
from huiyan.delivery.neutralise import neutralised
from huiyan.delivery.sheets import TABLE
from huiyan.delivery.workbook import returned_bytes, workbook_bytes

WORKBOOK = "alerts.xlsx"
RETURNED = "returned.xlsx"
MANIFEST = "manifest.json"


def _cell(row: ExtractRow, column: str) -> str:
    value: Any = getattr(row, column)
    if value is None:
        return ""
    if column == "amount":
        return f"{value:.2f}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutralised(str(value))


def csv_bytes(extract: Extract) -> bytes:
    """`alerts.csv`: UTF-8 with BOM, CRLF, columns of `CSV_COLUMNS`.

    Text cells are neutralised; `amount` is a plain number with two decimals, its minus sign
    included, because it is written from a number and never from a sender's text.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(CSV_COLUMNS)
    for row in extract.rows:
        writer.writerow([_cell(row, column) for column in CSV_COLUMNS])
    return buffer.getvalue().encode("utf-8-sig")


def render(extract: Extract, *, version: int) -> dict[str, bytes]:
    """Files of one version of an extract by name.

    Args:
        version: 1 for the first extract of this body and date, then one more per correction.
    """
    files = {WORKBOOK: workbook_bytes(extract), TABLE: csv_bytes(extract)}
    if extract.returned:
        files[RETURNED] = returned_bytes(extract)
    content_hash = extract.content_hash()
    manifest = {
        "body": extract.body_code,
        "body_name": extract.body_name,
        "business_date": extract.business_date.isoformat(),
        "version": version,
        "counts_by_tier": extract.counts_by_tier,
        "new": len({row.alert_id for row in extract.rows if row.is_new}),
        "still_open": len({row.alert_id for row in extract.rows if not row.is_new}),
        "cleared": len(extract.gone),
        "returned": extract.returned_lines,
        "joint_cases": len(extract.joint),
        "content_hash": content_hash,
        "files": [
            {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        ],
        "run": f"issue {extract.business_date} v{version} {content_hash[:12]}",
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    return {**files, MANIFEST: text.encode()}
