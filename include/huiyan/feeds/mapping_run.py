"""Runs a mapping: one source file in, deliveries with manifests and a report out."""

import csv
import hashlib
import io
import json
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from huiyan.errors import FeedError, LandingError
from huiyan.feeds import mapping_source
from huiyan.feeds.contract import FeedContract, load_contract
from huiyan.feeds.manifest import NAME as MANIFEST
from huiyan.feeds.mapping import Evaluator, Expression, Mapping, Output, RefusedError
from huiyan.settings import Settings, get_settings

_BUFFER_CHARACTERS = 65_536


@dataclass
class _Delivery:
    """One file being written under a name the collector passes over."""

    contract: FeedContract
    path: Path
    rows: int = 0
    amount_total: Decimal = Decimal(0)
    keys: set[str] = field(default_factory=set)
    buffer: io.StringIO = field(default_factory=io.StringIO)

    @property
    def draft(self) -> Path:
        return self.path.with_name(f".{self.path.name}.part")

    def begin(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.draft.write_bytes(b"")
        self.write([column.name for column in self.contract.columns])

    def write(self, cells: list[str]) -> None:
        csv.writer(self.buffer, lineterminator="\r\n").writerow(cells)
        if self.buffer.tell() > _BUFFER_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        with self.draft.open("a", encoding="utf-8", newline="") as handle:
            handle.write(self.buffer.getvalue())
        self.buffer = io.StringIO()

    def finish(self) -> dict[str, object]:
        """Put the file in its place; its entry for the manifest."""
        self.flush()
        self.draft.replace(self.path)
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        entry: dict[str, object] = {"name": self.path.name, "sha256": digest, "rows": self.rows}
        if self.contract.amount_column:
            entry["amount_total"] = f"{self.amount_total:.2f}"
        return entry


@dataclass
class Report:
    """What became of every source row.

    Attributes:
        refused: (line, reason) of every refused row.
        written: rows by feed and business date.
    """

    mapping: str
    source: str
    rows_read: int = 0
    rows_written: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    written: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def reasons(self) -> Counter[str]:
        """Refused rows by reason."""
        return Counter(reason for _, reason in self.refused)

    def as_json(self) -> str:
        """The report as it is kept."""
        return json.dumps(
            {
                "mapping": self.mapping,
                "source": self.source,
                "rows_read": self.rows_read,
                "rows_written": self.rows_written,
                "rows_refused": len(self.refused),
                "reasons": dict(self.reasons.most_common()),
                "written": self.written,
                "refused": [{"line": line, "reason": reason} for line, reason in self.refused],
            },
            ensure_ascii=False,
            indent=1,
        )


class _Run:
    def __init__(self, mapping: Mapping, source: Path, out: Path, settings: Settings) -> None:
        self._mapping = mapping
        self._source = source
        self._out = out
        self._evaluator = Evaluator(mapping, settings.card_key_bytes())
        self._deliveries: dict[tuple[str, date], _Delivery] = {}
        self._file_name = source.name.removesuffix(".gz").rsplit(".", 1)[0] + ".csv"
        self.report = Report(mapping.name, source.name)

    def execute(self) -> Report:
        for line_no, row in mapping_source.read(self._source, self._mapping.source):
            self.report.rows_read += 1
            try:
                self._row(line_no, row)
            except RefusedError as error:
                self.report.refused.append((line_no, str(error)))
            else:
                self.report.rows_written += 1
        self._finish()
        return self.report

    def discard(self) -> None:
        """Take the drafts away."""
        for delivery in self._deliveries.values():
            delivery.draft.unlink(missing_ok=True)

    def _row(self, line_no: int, row: dict[str, str] | str) -> None:
        if isinstance(row, str):
            raise RefusedError(row)
        for name, refusal in self._mapping.filters.items():
            if refusal.applies(row):
                self._evaluator.refusals[name] += 1
                raise RefusedError(refusal.reason)
        fields = self._evaluator.derive(row, line_no)
        # All rows of all feeds are made before the first is written: refused means not at all.
        made = [
            (feed, self._business_date(feed, output, fields, line_no), values)
            for feed, output in self._mapping.feeds.items()
            for values in self._values(feed, output, fields, line_no)
        ]
        for feed, day, values in made:
            self._write(feed, day, values)

    def _business_date(
        self, feed: str, output: Output, fields: dict[str, str], line_no: int
    ) -> date:
        text = self._evaluator.value(output.business_date, fields, line_no, f"{feed} business date")
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise RefusedError(f"{feed}: no business date") from None
        if output.folder == "month":
            day = day.replace(day=monthrange(day.year, day.month)[1])
        return day

    def _values(
        self, feed: str, output: Output, fields: dict[str, str], line_no: int
    ) -> list[dict[str, str]]:
        contract = load_contract(feed)
        shared = self._evaluated(output.columns, fields, line_no)
        made = []
        for further in output.rows or ({},):
            values = {**shared, **self._evaluated(further, fields, line_no)}
            for column in contract.columns:
                if column.required and not values.get(column.name):
                    raise RefusedError(f"{feed}.{column.name} would be empty")
            made.append(values)
        return made

    def _evaluated(
        self, columns: dict[str, Expression], fields: dict[str, str], line_no: int
    ) -> dict[str, str]:
        return {
            name: self._evaluator.value(expression, fields, line_no, name)
            for name, expression in columns.items()
        }

    def _write(self, feed: str, day: date, values: dict[str, str]) -> None:
        delivery = self._deliveries.get((feed, day))
        contract = load_contract(feed)
        if delivery is None:
            path = self._out / feed / day.isoformat() / self._file_name
            delivery = self._deliveries[feed, day] = _Delivery(contract, path)
            delivery.begin()
        distinct = self._mapping.feeds[feed].distinct
        if distinct is not None:
            if values[distinct] in delivery.keys:
                return
            delivery.keys.add(values[distinct])
        delivery.rows += 1
        if contract.amount_column:
            delivery.amount_total += Decimal(values.get(contract.amount_column) or "0")
        delivery.write([values.get(column.name, "") for column in contract.columns])

    def _finish(self) -> None:
        for (feed, day), delivery in sorted(self._deliveries.items()):
            entry = delivery.finish()
            _add_to_manifest(delivery.path.parent, feed, day, entry)
            self.report.written.setdefault(feed, {})[day.isoformat()] = delivery.rows
        reports = self._out / "mapping_reports"
        reports.mkdir(parents=True, exist_ok=True)
        name = f"{self._mapping.name}__{self._file_name.removesuffix('.csv')}.json"
        (reports / name).write_text(self.report.as_json(), encoding="utf-8")


def _add_to_manifest(folder: Path, feed: str, day: date, entry: dict[str, object]) -> None:
    """Name the file in the folder's manifest, beside what other sources brought for the day."""
    path = folder / MANIFEST
    files: list[dict[str, object]] = []
    if path.exists():
        files = json.loads(path.read_text("utf-8"))["files"]
    files = [file for file in files if file["name"] != entry["name"]]
    files = sorted([*files, entry], key=lambda file: str(file["name"]))
    draft = folder / f".{MANIFEST}.part"
    content = {"feed": feed, "business_date": day.isoformat(), "files": files}
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(path)


def run(mapping: Mapping, source: Path, out: Path, settings: Settings | None = None) -> Report:
    """Turn `source` into deliveries under `out`; the same source again gives the same files.

    The report is kept in `<out>/mapping_reports/`.

    Raises:
        FeedError: the source cannot be read as the mapping says; nothing was delivered.
        LandingError: the source is not there, or `out` cannot be written.
    """
    task = _Run(mapping, source, out, settings or get_settings())
    try:
        return task.execute()
    except FeedError:
        task.discard()
        raise
    except OSError as error:
        task.discard()
        raise LandingError(f"{source} could not be mapped into {out}: {error}.") from error
