"""XLSX files: worksheets, streamed, every cell as exact text.

Numbers are read with the 15 digits a spreadsheet is exact to, so 1234.1 stored as
1234.0999999999999 is `1234.1`; a longer number has already lost digits and its row is refused.
Dates become ISO text. The cached value of a formula is never trusted: nobody signed it.
"""

import lzma
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import BinaryIO

from huiyan.errors import FeedError
from huiyan.feeds import safe_xml
from huiyan.feeds.cells import MAX_RECORD_BYTES, MOST_COLUMNS, Problem, Record

MAX_UNCOMPRESSED_BYTES = 2 * 1024**3
MAX_SHARED_TEXT_BYTES = 256 * 1024**2
MAX_RATIO = 250
RATIO_MATTERS_BYTES = 10 * 1024**2
MAX_PARTS = 10_000
MAX_COLUMNS = 16_384
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_DATE_FORMATS = frozenset({14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58})
_TIME_FORMATS = frozenset({18, 19, 20, 21, 22, 32, 33, 34, 35, 45, 46, 47, 55, 56})
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class _Strings:
    """The texts of sharedStrings.xml, phonetic guides left out."""

    def __init__(self, file_name: str) -> None:
        self.texts: list[str] = []
        self._file_name = file_name
        self._parts: list[str] | None = None
        self._in_text = False
        self._phonetic = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._parts = []
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "t":
            self._in_text = not self._phonetic

    def data(self, text: str) -> None:
        if self._in_text and self._parts is not None:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        if tag == "si":
            self.texts.append(_unescape("".join(self._parts or ())))
            self._parts = None
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "t":
            self._in_text = False

    def close(self) -> None:
        """End of the part."""


class _Styles:
    """Number format of every cell style."""

    def __init__(self) -> None:
        self.formats: list[int] = []
        self.codes: dict[int, str] = {}
        self._in_cells = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self.codes[_integer(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self._in_cells = True
        elif tag == "xf" and self._in_cells:
            self.formats.append(_integer(attributes.get("numFmtId")))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._in_cells = False

    def data(self, text: str) -> None:
        """Styles hold no text."""

    def close(self) -> None:
        """End of the part."""

    def kind(self, style: str | None) -> str:
        """How numbers of `style` are shown: date, time, number, or a run of zeros."""
        number = _integer(style)
        identifier = self.formats[number] if number < len(self.formats) else 0
        code = self.codes.get(identifier)
        if code is None:
            if identifier in _DATE_FORMATS:
                return "date"
            return "time" if identifier in _TIME_FORMATS else "number"
        if re.fullmatch("0{2,}", code):
            return code
        letters = _LITERALS.sub("", code.split(";")[0]).lower()
        letters = letters.replace("general", "")
        if re.search("[hs]", letters):
            return "time"
        return "date" if re.search("[yd]|mmm|年|月|日", letters) else "number"


class _Workbook:
    """Relationships of the sheets and the day from which dates are counted."""

    def __init__(self) -> None:
        self.sheets: list[str] = []
        self.is_1904 = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            names = {safe_xml.local_name(name): value for name, value in attributes.items()}
            self.sheets.append(names.get("id", ""))
        elif tag == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true")

    def end(self, tag: str) -> None:
        """Nothing is nested that matters."""

    def data(self, text: str) -> None:
        """A workbook part holds no text."""

    def close(self) -> None:
        """End of the part."""


class _Relations:
    """Targets by relationship id, worksheets only."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def end(self, tag: str) -> None:
        """Relations are flat."""

    def data(self, text: str) -> None:
        """Relations hold no text."""

    def close(self) -> None:
        """End of the part."""


class _Sheet:
    """Builds rows from the events of a worksheet."""

    def __init__(self, file_name: str, strings: list[str], styles: _Styles, is_1904: bool) -> None:
        self.ready: deque[Record] = deque()
        self._file_name = file_name
        self._strings = strings
        self._kinds: dict[str | None, str] = {}
        self._styles = styles
        self._epoch = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)
        self._row_no = 0
        self._cells: dict[int, str] = {}
        self._further: list[str] = []
        self._problems: list[Problem] = []
        self._column = -1
        self._type: str | None = None
        self._style: str | None = None
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._collecting: list[str] | None = None
        self._size = 0
        self._phonetic = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self._row_no = _integer(attributes.get("r")) or self._row_no + 1
            self._cells, self._problems, self._column, self._size = {}, [], -1, 0
            self._further = []
        elif tag == "c":
            self._column = self._place(attributes.get("r"))
            self._type, self._style = attributes.get("t"), attributes.get("s")
            self._value, self._formula = [], None
        elif tag == "v" or (tag == "t" and not self._phonetic):
            self._collecting = self._value
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "f":
            self._formula = self._collecting = []

    def _place(self, reference: str | None) -> int:
        match = _REFERENCE.fullmatch(reference) if reference else None
        if match is None:
            place = self._column + 1
        else:
            place = 0
            for letter in match[1]:
                place = place * 26 + ord(letter) - 64
            place -= 1
        if place >= MAX_COLUMNS:
            raise FeedError(f"{self._file_name}: row {self._row_no} has too many columns.")
        # What stands further out comes together in one cell, or a single one at the far end would
        # make its row as long as the sheet is wide.
        return min(place, MOST_COLUMNS)

    def data(self, text: str) -> None:
        if self._collecting is not None:
            self._size += len(text)
            if self._size > MAX_RECORD_BYTES:
                raise FeedError(
                    f"{self._file_name}: row {self._row_no} is longer than "
                    f"{MAX_RECORD_BYTES:,} characters."
                )
            self._collecting.append(text)

    def end(self, tag: str) -> None:
        if tag in ("v", "t", "f"):
            self._collecting = None
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "c":
            text = self._text()
            if text:
                self._cells[self._column] = text
                if self._column == MOST_COLUMNS:
                    self._further.append(text)
        elif tag == "row" and any(text.strip() for text in self._cells.values()):
            cells = [""] * (max(self._cells) + 1)
            for position, text in self._cells.items():
                cells[position] = text
            if self._further:
                cells[MOST_COLUMNS] = " ".join(self._further)
            self.ready.append(Record(self._row_no, cells, tuple(self._problems)))

    def close(self) -> None:
        """End of the sheet."""

    def _text(self) -> str:
        raw = "".join(self._value)
        if self._formula is not None:
            self._problems.append(Problem("formula", self._column))
            return "=" + "".join(self._formula)
        if self._type == "s":
            index = _integer(raw)
            if not raw.strip().isdigit() or index >= len(self._strings):
                raise FeedError(
                    f"{self._file_name}: row {self._row_no} names a text the file does not hold."
                )
            return self._strings[index]
        if self._type in ("inlineStr", "str"):
            return _unescape(raw)
        if self._type == "e":
            self._problems.append(Problem("error_cell", self._column))
            return raw
        if self._type in ("b", "d") or not raw:
            return raw.replace("T", " ") if self._type == "d" else raw
        return self._number(raw.strip())

    def _number(self, raw: str) -> str:
        try:
            exact = Decimal(raw)
            number = float(raw)
        except (InvalidOperation, ValueError):
            return raw
        if not exact.is_finite() or abs(number) > 1e300:
            return raw
        if abs(number) >= 1e15:
            self._problems.append(Problem("number_over_15_digits", self._column))
            return format(exact, "f")
        kind = self._kinds.get(self._style)
        if kind is None:
            kind = self._kinds[self._style] = self._styles.kind(self._style)
        if kind in ("date", "time"):
            return self._date(number, kind, raw)
        text = format(Decimal(format(number, ".15g")), "f")
        return text.zfill(len(kind)) if kind.startswith("0") and text.isdigit() else text

    def _date(self, number: float, kind: str, raw: str) -> str:
        days, seconds = divmod(round(number * 86_400), 86_400)
        # Serials up to 60 hold the 29 February 1900 that never was.
        if self._epoch.year == 1899 and 0 < days < 60:
            days += 1
        elif days < 0 or (self._epoch.year == 1899 and days in (0, 60)) or days > 2_958_465:
            return raw
        day = self._epoch + timedelta(days=days)
        if kind == "date" and not seconds:
            return day.isoformat()
        moment = datetime.combine(day, datetime.min.time()) + timedelta(seconds=seconds)
        return moment.isoformat(sep=" ")


def _integer(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class XlsxBook:
    """The worksheets of a workbook, in its order; each can be read as often as is needed.

    Args:
        stream: the file's bytes, seekable; stays open while rows are read.

    Raises (also while rows are read):
        FeedError: not XLSX, truncated, password-protected or over the limits.
    """

    def __init__(self, stream: BinaryIO, file_name: str) -> None:
        self._file_name = file_name
        self._archive = self._open(stream)
        workbook, relations, styles = _Workbook(), _Relations(), _Styles()
        strings = _Strings(file_name)
        self._read("xl/workbook.xml", workbook)
        self._read("xl/_rels/workbook.xml.rels", relations)
        self._read("xl/styles.xml", styles, optional=True)
        shared = self._info("xl/sharedStrings.xml")
        if shared is not None and shared.file_size > MAX_SHARED_TEXT_BYTES:
            raise FeedError(
                f"{file_name}: its table of texts unpacks to {shared.file_size:,} bytes, over "
                f"{MAX_SHARED_TEXT_BYTES:,}. Send it as CSV."
            )
        self._read("xl/sharedStrings.xml", strings, optional=True)
        targets = [relations.targets[key] for key in workbook.sheets if key in relations.targets]
        self._parts = [
            target.lstrip("/") if target.startswith("/") else f"xl/{target}" for target in targets
        ]
        if not self._parts:
            raise FeedError(f"{file_name} has no worksheet.")
        # The limits count a part once: as many sheets as there may be would read it as often.
        if len(set(self._parts)) < len(self._parts):
            raise FeedError(
                f"{file_name}: several of its worksheets are one and the same. Save it anew in an "
                "office program and send it again."
            )
        self._begin = partial(_Sheet, file_name, strings.texts, styles, workbook.is_1904)

    @property
    def sheets(self) -> range:
        """Numbers of the worksheets, from 1."""
        return range(1, len(self._parts) + 1)

    def records(self, sheet: int) -> Iterator[Record]:
        """The rows of a worksheet that hold anything, from its first one on."""
        rows = self._begin()
        for _ in self._events(self._parts[sheet - 1], rows):
            while rows.ready:
                yield rows.ready.popleft()

    def _open(self, stream: BinaryIO) -> zipfile.ZipFile:
        start = stream.read(8)
        stream.seek(0)
        if start == _OLD_OFFICE:
            raise FeedError(
                f"{self._file_name} is an old .xls or a password-protected workbook. "
                "Save it as .xlsx without password and send again."
            )
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise self._damaged(error) from error
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        packed = max(sum(part.compress_size for part in parts), 1)
        if (
            len(parts) > MAX_PARTS
            or unpacked > MAX_UNCOMPRESSED_BYTES
            or (unpacked > RATIO_MATTERS_BYTES and unpacked > MAX_RATIO * packed)
        ):
            raise FeedError(
                f"{self._file_name} unpacks {packed:,} bytes to {unpacked:,} in {len(parts):,} "
                f"parts, over the limits of {MAX_UNCOMPRESSED_BYTES:,} bytes and {MAX_RATIO} "
                "times its size. Send it as CSV."
            )
        return archive

    def _damaged(self, error: Exception) -> FeedError:
        return FeedError(
            f"{self._file_name} is not a readable .xlsx file; it may be truncated ({error}). "
            "Save and send it again."
        )

    def _info(self, name: str) -> zipfile.ZipInfo | None:
        try:
            return self._archive.getinfo(name)
        except KeyError:
            return None

    def _events(self, name: str, target: safe_xml.Target) -> Iterator[None]:
        try:
            with self._archive.open(name) as part:
                yield from safe_xml.feed(part, target, self._file_name)  # type: ignore[arg-type]
        except (
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
            EOFError,
            KeyError,
            ValueError,  # a part that begins before the file
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise self._damaged(error) from error
        except OSError as error:
            if error.errno is not None:  # the disk's; bz2 says so of its data without a number
                raise
            raise self._damaged(error) from error

    def _read(self, name: str, target: safe_xml.Target, *, optional: bool = False) -> None:
        if optional and self._info(name) is None:
            return
        for _ in self._events(name, target):
            pass


def fitted(record: Record, width: int, date_only: Collection[int]) -> Record:
    """The row with as many cells as its header has; cells a row does not store are empty, and empty
    ones beyond the header are none.

    Args:
        date_only: positions of date columns, in which a midnight shown with its time is the date.
    """
    line_no, cells, problems = record
    if len(cells) > width:
        cells[width:] = filter(None, cells[width:])
    cells += [""] * (width - len(cells))
    for position in date_only:
        if cells[position].endswith(" 00:00:00"):
            cells[position] = cells[position][:-9]
    return Record(line_no, cells, problems)


class XlsxReader:
    """Header and rows of the first worksheet; rows without any content are no rows.

    `date_only` is set after the header is resolved: positions of date columns.

    Raises (also while rows are read):
        FeedError: as a workbook does, or there is no header or a formula in it.
    """

    def __init__(self, stream: BinaryIO, file_name: str) -> None:
        self.date_only: frozenset[int] = frozenset()
        book = XlsxBook(stream, file_name)
        self._records = book.records(book.sheets[0])
        first = next(self._records, None)
        if first is None:
            raise FeedError(f"{file_name} has no header row: its first sheet is empty.")
        self.header = header_cells(first, file_name)

    def rows(self) -> Iterator[Record]:
        """The rows in order."""
        for record in self._records:
            yield fitted(record, len(self.header), self.date_only)


def header_cells(record: Record, file_name: str) -> list[str]:
    """The cells of a header; FeedError if they are not plain text."""
    if record.problems:
        raise FeedError(f"{file_name}: the header row holds formulas; it must be plain text.")
    return record.cells
