"""Writes the landing zone: many files in the formats that senders really use, with manifests."""

import csv
import hashlib
import io
import json
import random
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from huiyan.demo.days import iso
from huiyan.demo.desk import Row
from huiyan.feeds.contract import Column, FeedContract, load_contract

_BUFFER = 4000
Cell = Callable[[Any], str]


@dataclass(frozen=True)
class Style:
    """How a sender writes a file."""

    encoding: str = "utf-8"
    header: str = "name"
    kind: str = "csv"
    line_end: str = "\n"
    dates: str = "-"
    labels: bool = False
    thousands: bool = False
    shuffled: bool = False


STYLES = (
    Style(),
    Style("gb18030", "label", line_end="\r\n", labels=True, shuffled=True),
    Style("utf-8-sig", "identifier", dates="/", shuffled=True),
    Style("utf-8", "label", dates="", labels=True),
    Style("gb18030", "identifier", thousands=True),
    Style("utf-8-sig", "name", line_end="\r\n", shuffled=True, labels=True),
)
XLSX = Style("utf-8", "label", "xlsx", labels=True)
XML = Style("utf-8", "identifier", "xml")
_DR_CR = {True: {"D": "借", "C": "贷"}, False: {"D": "1", "C": "-1"}}


def money(fen: int) -> str:
    """Fen as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    fen = abs(fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def _grouped(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    fen = abs(fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def _cell(column: Column, style: Style) -> Cell | None:
    """How a cell of this column is written; None means as it is."""
    if column.type == "money":
        return _grouped if style.thousands else money
    if column.type == "date" and style.dates != "-":
        separator = style.dates
        return lambda value: str(value).replace("-", separator)
    if column.type == "flag" and style.labels:
        return lambda value: "是" if value else "否"
    if column.name == "dr_cr" and style != STYLES[0]:
        return _DR_CR[style.labels].__getitem__
    if column.type == "enum" and style.labels:
        labels = {code: spellings[0] for code, spellings in column.values.items() if spellings}
        return lambda value: str(labels.get(value, value))
    return None


class FeedFile:
    """One file being written; rows are formatted in batches."""

    def __init__(self, path: Path, contract: FeedContract, style: Style) -> None:
        self.path = path
        self.style = style
        self.rows = 0
        self.fen: int | None = 0 if contract.amount_column else None
        self._contract = contract
        self._names = [column.name for column in contract.columns]
        self._amount = self._names.index(contract.amount_column) if contract.amount_column else -1
        self._cells = [
            (place, cell)
            for place, column in enumerate(contract.columns)
            if (cell := _cell(column, style)) is not None
        ]
        order = list(range(len(self._names)))
        if style.shuffled:
            random.Random(path.name).shuffle(order)
        self._pick = itemgetter(*order)
        self._order = order
        self._buffer: list[Any] = []
        self._hash = hashlib.sha256()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._header = self._pick([getattr(column, style.header) for column in contract.columns])
        if style.kind == "xlsx":
            self._book = xlsxwriter.Workbook(
                str(path), {"constant_memory": True, "strings_to_numbers": False}
            )
            self._book.set_properties({"created": datetime(2025, 11, 21)})
            self._sheet = self._book.add_worksheet(contract.label[:31])
            self._sheet.write_row(0, 0, self._header)
            return
        self._handle = path.open("wb")
        if style.kind == "xml":
            self._write('<?xml version="1.0" encoding="UTF-8"?>\n<vouchers>\n')
            return
        if style.encoding == "utf-8-sig":
            self._bytes(b"\xef\xbb\xbf")
        self._buffer.append(self._header)

    def append(self, row: Row) -> int:
        """Take one row; its line number (CSV: physical line, XLSX: row, XML: ordinal)."""
        if self._amount >= 0 and self.fen is not None and row[self._amount] is not None:
            self.fen += row[self._amount]
        return self._take(self._text(row))

    def append_spoilt(self, row: Row, column: str | None, cell: str) -> int:
        """Take one row that cannot be read as it should; its line number."""
        cells = self._text(row)
        if column is None:
            self.fen = None
            return self._take(cells[: len(cells) // 2], as_is=True)
        place = self._names.index(column)
        cells[place] = cell
        if place == self._amount:
            self.fen = None
        elif self._amount >= 0 and self.fen is not None and row[self._amount] is not None:
            self.fen += row[self._amount]
        return self._take(cells)

    def _text(self, row: Row) -> list[Any]:
        cells = list(row)
        for place, cell in self._cells:
            value = cells[place]
            if value is not None:
                cells[place] = cell(value)
        return cells

    def _take(self, cells: list[Any], as_is: bool = False) -> int:
        self._buffer.append(cells if as_is else self._pick(cells))
        self.rows += 1
        if len(self._buffer) >= _BUFFER:
            self._flush()
        return self.rows if self.style.kind == "xml" else self.rows + 1

    def _bytes(self, data: bytes) -> None:
        self._hash.update(data)
        self._handle.write(data)

    def _write(self, text: str) -> None:
        self._bytes(
            text.encode("utf-8" if self.style.encoding == "utf-8-sig" else self.style.encoding)
        )

    def _flush(self) -> None:
        if self.style.kind == "xlsx":
            start = self.rows - len(self._buffer)
            for place, cells in enumerate(self._buffer):
                for column, value in enumerate(cells):
                    if value is not None:
                        self._sheet.write_string(start + place + 1, column, str(value))
        elif self.style.kind == "xml":
            tags = self._header
            self._write(
                "".join(
                    "<entry>"
                    + "".join(
                        f"<{tag}>{escape(str(value))}</{tag}>"
                        for tag, value in zip(tags, cells, strict=False)
                        if value is not None
                    )
                    + "</entry>\n"
                    for cells in self._buffer
                )
            )
        else:
            text = io.StringIO()
            csv.writer(text, lineterminator=self.style.line_end).writerows(self._buffer)
            self._write(text.getvalue())
        self._buffer.clear()

    def close(self) -> dict[str, Any]:
        """Finish the file; its entry of the manifest."""
        self._flush()
        if self.style.kind == "xlsx":
            self._book.close()
            self._hash.update(self.path.read_bytes())
        else:
            if self.style.kind == "xml":
                self._write("</vouchers>\n")
            self._handle.close()
        entry: dict[str, Any] = {
            "name": self.path.name,
            "sha256": self._hash.hexdigest(),
            "rows": self.rows,
        }
        if self.fen is not None:
            entry["amount_total"] = money(self.fen)
        return entry


@dataclass(frozen=True)
class Spoilt:
    """A row that validation must put into quarantine."""

    feed: str
    business_date: str
    file_name: str
    line_no: int
    natural_key: str
    what: str


class Landing:
    """A sink that writes `<root>/<feed>/<business date>/`.

    What is known by the opening day lies in one delivery, a file per month; later rows lie in the
    delivery of the next business day. Rows after the last business day are not delivered.
    """

    def __init__(self, root: Path, business_days: list[int], xml_units: frozenset[str]) -> None:
        self.root = root
        self.spoilt: list[Spoilt] = []
        self.repeated: dict[tuple[str, str], int] = {}
        self.rows: dict[str, int] = {}
        self._days = business_days
        self._xml_units = xml_units
        self._files: dict[tuple[str, int, str], FeedFile] = {}
        self._targets: dict[tuple[str, int], FeedFile | None] = {}

    def put(self, feed: str, day: int, row: Row) -> None:
        """Deliver one good row."""
        target = self._target(feed, day)
        if target is None:
            return
        if feed == "finance_vouchers" and row[1] in self._xml_units and day <= self._days[0]:
            target = self._file(feed, self._days[0], "三资平台", XML)
        target.append(row)

    def spoil(
        self, feed: str, day: int, row: Row, column: str | None, cell: str, what: str
    ) -> None:
        """Deliver one row that must end in quarantine."""
        target = self._target(feed, day)
        if target is None:
            return
        line_no = target.append_spoilt(row, column, cell)
        keys = [
            str(row[place])
            for place, each in enumerate(load_contract(feed).columns)
            if each.key and each.name != column
        ]
        date = target.path.parent.name
        self.spoilt.append(Spoilt(feed, date, target.path.name, line_no, "/".join(keys), what))

    def repeat(self, feed: str, day: int, row: Row) -> None:
        """Deliver a good row once more: an identical duplicate."""
        target = self._target(feed, day)
        if target is not None:
            target.append(row)
            key = (feed, target.path.parent.name)
            self.repeated[key] = self.repeated.get(key, 0) + 1

    def _target(self, feed: str, day: int) -> FeedFile | None:
        try:
            return self._targets[feed, day]
        except KeyError:
            target = self._targets[feed, day] = self._new_target(feed, day)
            return target

    def _new_target(self, feed: str, day: int) -> FeedFile | None:
        place = bisect_left(self._days, day)
        if place == len(self._days):
            return None
        business_day = self._days[place]
        if place:
            style = STYLES[(business_day + len(feed)) % len(STYLES)]
            if feed == "card_transactions" and place % 3 == 0:
                style = XLSX
            return self._file(feed, business_day, iso(business_day).replace("-", ""), style)
        chunk = iso(day)[:7].replace("-", "")
        return self._file(feed, business_day, chunk, STYLES[(int(chunk) + len(feed)) % len(STYLES)])

    def _file(self, feed: str, business_day: int, chunk: str, style: Style) -> FeedFile:
        key = (feed, business_day, chunk)
        if key not in self._files:
            contract = load_contract(feed)
            name = contract.label if style.header == "label" else feed
            folder = self.root / feed / iso(business_day)
            path = folder / f"{name}_{chunk}.{style.kind}"
            self._files[key] = FeedFile(path, contract, style)
        return self._files[key]

    def snapshot(self, feed: str, business_day: int, rows: list[Row], style: Style) -> None:
        """Write one reference snapshot."""
        target = self._file(feed, business_day, iso(business_day).replace("-", ""), style)
        for row in rows:
            target.append(row)

    def count(self, feed: str) -> int:
        """Rows delivered so far for a feed."""
        return sum(target.rows for (name, _, _), target in self._files.items() if name == feed)

    def close(self) -> None:
        """Finish every file and write the manifests."""
        entries: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for (feed, business_day, _), target in sorted(self._files.items()):
            entries.setdefault((feed, business_day), []).append(target.close())
            self.rows[feed] = self.rows.get(feed, 0) + target.rows
        for (feed, business_day), files in entries.items():
            date = iso(business_day)
            manifest = {"feed": feed, "business_date": date, "files": files}
            path = self.root / feed / date / "manifest.json"
            path.write_text(
                json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
            )

    def ensure(self, feeds: tuple[str, ...]) -> None:
        """Open a file for each of these daily feeds on each business day, if only a header."""
        for feed in feeds:
            for day in self._days:
                self._target(feed, day)
