"""Reads the source file of a mapping: CSV in any encoding and delimiter, XLSX, old XLS, gzipped."""

import gzip
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from huiyan.errors import FeedError, LandingError
from huiyan.feeds.cells import Record
from huiyan.feeds.csv_reader import CsvReader
from huiyan.feeds.encoding import EncodingProbe
from huiyan.feeds.header import normalise
from huiyan.feeds.mapping import SourceFormat
from huiyan.feeds.xlsx_reader import XlsxReader

MAX_XLS_BYTES = 200 * 1024**2
_BLOCK_BYTES = 1_048_576


def _open(path: Path) -> BinaryIO:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _encoding(path: Path, declared: str | None) -> str:
    if declared:
        return declared
    probe = EncodingProbe()
    with _open(path) as stream:
        while block := stream.read(_BLOCK_BYTES):
            probe.feed(block)
    return probe.result(path.name)


class _AsUtf8(io.RawIOBase):
    """A stream in another encoding, given as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = self._text.read(65_536).encode()
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _cell(value: object) -> str:
    """A spreadsheet value as exact text; numbers with the 15 digits a spreadsheet keeps."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return format(Decimal(format(value, ".15g")), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else str(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _xls_rows(path: Path) -> Iterator[Record]:
    with _open(path) as stream:
        content = stream.read(MAX_XLS_BYTES + 1)
    if len(content) > MAX_XLS_BYTES:
        raise FeedError(f"{path.name} is over {MAX_XLS_BYTES:,} bytes; save it as CSV.")
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, PasswordError) as error:
        raise FeedError(f"{path.name} is not a readable spreadsheet: {error}") from error
    for number, cells in enumerate(rows, start=1):
        texts = [_cell(cell) for cell in cells]
        if any(text.strip() for text in texts):
            yield Record(number, texts)


def _records(path: Path, source: SourceFormat) -> Iterator[Record]:
    """All records, header and what stands above it included."""
    if source.format == "xls":
        yield from _xls_rows(path)
        return
    with _open(path) as stream:
        if source.format == "xlsx":
            workbook = XlsxReader(stream, path.name)
            yield Record(1, workbook.header)
            yield from workbook.rows()
            return
        encoding = _encoding(path, source.encoding)
        if encoding not in ("utf-8", "utf-8-sig", "gb18030"):
            stream, encoding = io.BufferedReader(_AsUtf8(stream, encoding)), "utf-8"
        reader = CsvReader(stream, encoding, path.name, source.delimiter)
        yield Record(1, reader.header)
        yield from reader.rows()


def read(path: Path, source: SourceFormat) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Line number and either the fields of the row, trimmed, or why it cannot be read.

    Raises:
        FeedError: the file cannot be read at all, or a column of the mapping is not in it.
        LandingError: the file is not there.
    """
    if not path.is_file():
        raise LandingError(f"{path} is not a file.")
    records = _records(path, source)
    header: list[str] = []
    for _ in range(source.header_row):
        header = next(records, Record(0, [])).cells
    positions = _positions(header, source, path.name)
    for line_no, cells, problems in records:
        if problems:
            yield line_no, problems[0].code
        elif len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            yield line_no, f"{len(cells)} cells instead of {len(header)}"
        else:
            yield (
                line_no,
                {
                    name: cells[at].strip() if at < len(cells) else ""
                    for name, at in positions.items()
                },
            )


def _positions(header: list[str], source: SourceFormat, file_name: str) -> dict[str, int]:
    cells = [normalise(cell) for cell in header]
    positions = {}
    for name, spellings in source.columns.items():
        found = [at for at, cell in enumerate(cells) if cell in set(map(normalise, spellings))]
        if len(found) != 1:
            what = "is missing" if not found else "is there more than once"
            raise FeedError(
                f"{file_name}: column {' / '.join(spellings)} {what}; the header has "
                f"{', '.join(repr(cell.strip()) for cell in header)}."
            )
        positions[name] = found[0]
    return positions
