"""Keeps a backtest in the state directory: the page and every hit as CSV, whole or not at all."""

import csv
import io
import shutil
from hashlib import sha256
from pathlib import Path

from huiyan.backtest import page
from huiyan.backtest.result import Result
from huiyan.delivery.neutralise import neutralised

PAGE, HITS = "backtest.html", "hits.csv"
HEADINGS = (
    "change",
    "subject_type",
    "subject_id",
    "unit_id",
    "unit_name",
    "township",
    "occurred_on",
    "amount",
    "tier",
    "first_detected_on",
    "cleared_on",
    "evidence",
)
_LONGEST = 120


def folder_name(result: Result) -> str:
    """The range and the values tried; values too many to read are named by their hash."""
    tried = "".join(
        f"_{each.name}={each.tried:f}" for each in result.thresholds if each.tried is not None
    )
    if len(tried) > _LONGEST:
        tried = f"_{sha256(tried.encode()).hexdigest()[:16]}"
    return f"{result.days[0]}_{result.days[-1]}{tried}"


def hits(result: Result) -> str:
    """Every subject of either side as CSV: new, gone or same, found as of its last detection."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for change, subject in result.changes():
        hit, unit = subject.hit, result.unit(subject.hit.unit_id)
        row = (
            change,
            hit.subject_type,
            hit.subject_id,
            hit.unit_id,
            unit.name,
            unit.township,
            hit.occurred_on,
            hit.amount,
            hit.base_tier,
            subject.first_detected_on,
            subject.cleared_on,
            hit.evidence,
        )
        writer.writerow(neutralised(cell) if isinstance(cell, str) else cell for cell in row)
    return text.getvalue()


def write(result: Result, root: Path) -> Path:
    """Write the backtest below `root` in place of an earlier one of the same name; its folder."""
    parent = root / result.rule.id
    target = parent / folder_name(result)
    draft, former = parent / ".draft", parent / ".former"
    for folder in (draft, former):
        shutil.rmtree(folder, ignore_errors=True)
    draft.mkdir(parents=True)
    (draft / PAGE).write_text(page.render(result), "utf-8")
    (draft / HITS).write_bytes(hits(result).encode("utf-8-sig"))
    if target.exists():
        target.rename(former)
    draft.rename(target)
    shutil.rmtree(former, ignore_errors=True)
    return target
