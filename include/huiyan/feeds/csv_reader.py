"""CSV files (RFC 4180, comma, CRLF or LF) read in blocks: memory does not grow with the file."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from huiyan.errors import FeedError
from huiyan.feeds.cells import MAX_RECORD_BYTES, Parsed, PlainLines, Problem, Record
from huiyan.feeds.encoding import UTF8_MARK

BLOCK_BYTES = 262_144
# Everything but controls, quotes and the bytes with which blanks outside ASCII begin.
_PLAIN_BYTES = bytes(
    byte
    for byte in range(256)
    if (byte >= 0x20 and byte not in (0x22, 0x7F, 0xC2, 0xE1, 0xE2, 0xE3, 0xEF)) or byte == 0x0A
)
# What is a blank to str.strip, and the byte-order mark, by the first byte in UTF-8.
_BLANKS = {
    b"\xc2": re.compile(b"\xc2[\x85\xa0]"),
    b"\xe1": re.compile(b"\xe1\x9a\x80"),
    b"\xe2": re.compile(b"\xe2(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)"),
    b"\xe3": re.compile(b"\xe3\x80\x80"),
    b"\xef": re.compile(b"\xef\xbb\xbf"),
}
_HEADER_PARTS = 4_096

csv.field_size_limit(MAX_RECORD_BYTES)


class _Lines:
    """The physical lines of a file, a block of whole lines at a time."""

    def __init__(self, stream: BinaryIO, encoding: str, file_name: str) -> None:
        self._stream = stream
        self._is_gb18030 = encoding == "gb18030"
        self._carry = b""
        self._ended = False
        self._file_name = file_name
        self._is_first = True
        self.buffer: list[bytes] = []
        self.taken: list[bytes] = []
        self.at = 0
        self.line_no = 0

    def load(self) -> bool:
        """Make sure lines are at hand; False at the end of the file."""
        while self.at >= len(self.buffer):
            block = self._next_block()
            if block is None:
                return False
            if self._is_gb18030:
                block = block.decode("gb18030").encode()
            if self._is_first:
                block = block.removeprefix(UTF8_MARK)
                self._is_first = False
            if b'"' not in block and b"\r" in block:
                block = block.replace(b"\r\n", b"\n").removesuffix(b"\r")
            self.buffer = block.split(b"\n")
            self.at = 0
        return True

    def _next_block(self) -> bytes | None:
        """Whole lines, without the last line end; None at the end of the file."""
        while not self._ended:
            more = self._stream.read(BLOCK_BYTES)
            if not more:
                self._ended = True
                break
            cut = more.rfind(b"\n")
            if cut < 0:
                self._carry += more
            else:
                block = self._carry + more[:cut]
                self._carry = more[cut + 1 :]
                return block
            if len(self._carry) > MAX_RECORD_BYTES:
                raise FeedError(
                    f"{self._file_name}: line {self.line_no + 1} is longer than "
                    f"{MAX_RECORD_BYTES:,} bytes. Lines must end with LF or CRLF; look for a "
                    "quote that is never closed or a file that is not CSV."
                )
        if not self._carry:
            return None
        block, self._carry = self._carry, b""
        return block

    def skip(self, count: int) -> None:
        """Pass over `count` lines that were taken from the buffer."""
        self.at += count
        self.line_no += count

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self.load():
            raise StopIteration
        line = self.buffer[self.at]
        self.at += 1
        self.line_no += 1
        self.taken.append(line)
        return line.decode() + "\n"


def _is_plain(text: bytes) -> bool:
    """Whether lines hold neither quotes nor controls nor anything to trim."""
    others = text.translate(None, _PLAIN_BYTES)
    if others:
        if others.translate(None, b"".join(_BLANKS)):
            return False
        if any(first in others and blank.search(text) for first, blank in _BLANKS.items()):
            return False
    if b" " not in text:
        return True
    return not (
        b" ," in text
        or b", " in text
        or b" \n" in text
        or b"\n " in text
        or text.startswith(b" ")
        or text.endswith(b" ")
    )


def _opening_line(lines: list[bytes], first: int) -> int:
    """Physical number of the line in which the quote still open after `lines` was opened."""
    opened, inside, fresh = first, False, True
    for number, line in enumerate(lines, start=first):
        text = line.decode("utf-8", "replace").rstrip("\r")
        skip = False
        for at, character in enumerate(text):
            if skip:
                skip = False
            elif inside:
                if character == '"':
                    if text[at + 1 : at + 2] == '"':
                        skip = True
                    else:
                        inside = False
                fresh = False
            elif character == '"' and fresh:
                inside, opened, fresh = True, number, False
            else:
                fresh = character == ","
        if not inside:
            fresh = True
    return opened


class CsvReader:
    """Header and rows of one CSV file.

    Args:
        stream: the file's bytes.
        encoding: as EncodingProbe found it.
        delimiter: one character; feeds use the comma, mappings may say otherwise.

    Raises (while it is read):
        FeedError: no header, an overlong line or cell, or a quote that is never closed.
    """

    def __init__(
        self, stream: BinaryIO, encoding: str, file_name: str, delimiter: str = ","
    ) -> None:
        self._file_name = file_name
        self._delimiter = delimiter
        self._lines = _Lines(stream, encoding, file_name)
        self._reader = csv.reader(self._lines, strict=True, delimiter=delimiter)
        self.header = self._read_header()

    def _read_header(self) -> list[str]:
        while self._lines.load():
            record = self._next_record()
            if record is None:
                continue
            if "\0" in "".join(record.cells):
                raise FeedError(
                    f"{self._file_name}: NUL bytes in the header; is it UTF-16 or a binary file? "
                    "Save it as CSV in UTF-8 and send again."
                )
            if record.problems or len(record.cells) > _HEADER_PARTS:
                raise FeedError(
                    f"{self._file_name}: line {record.line_no}, the header, is not valid CSV."
                )
            return record.cells
        raise FeedError(f"{self._file_name} has no header line: the file is empty.")

    def _next_record(self) -> Record | None:
        """The next record by the full rules of quoting; None for a blank line."""
        lines = self._lines
        first = lines.line_no + 1
        lines.taken = []
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            words = str(error)
            if "unexpected end" in words or "field larger" in words:
                opened = _opening_line(lines.taken, first)
                raise FeedError(
                    f"{self._file_name}: the quote opened in line {opened} is never closed "
                    f"(read on to line {lines.line_no}). Close it or double it, then send again."
                ) from None
            if len(lines.taken) > 1:
                raise FeedError(
                    f"{self._file_name}: the quotes between line {first} and line "
                    f"{lines.line_no} do not match. Correct them and send again."
                ) from None
            text = b"\n".join(lines.taken).decode()
            return Record(first, [text], (Problem("malformed_quotes"),))
        if sum(map(len, lines.taken)) > MAX_RECORD_BYTES:
            raise FeedError(
                f"{self._file_name}: the record in line {first} is longer than "
                f"{MAX_RECORD_BYTES:,} bytes (read on to line {lines.line_no})."
            )
        if not cells or (len(cells) == 1 and not cells[0].strip()):
            return None
        return Record(first, cells)

    def rows(self) -> Iterator[Record]:
        """The rows in order, one by one; blank lines are no rows."""
        for item in self.stretches(plain=False):
            if isinstance(item, Record):
                yield item
            elif isinstance(item, Parsed):
                yield from map(Record, item.line_nos, item.rows)

    def stretches(self, *, plain: bool) -> Iterator[PlainLines | Parsed | Record]:
        """The rows in order, as many together as lie in one block; blank lines are no rows.

        A row that is malformed, or that goes on in the next block, comes by itself.

        Args:
            plain: whether blocks of lines that need no repair may come as PlainLines.
        """
        lines = self._lines
        commas = len(self.header) - 1
        while lines.load():
            at_hand = lines.buffer[lines.at :] if lines.at else lines.buffer
            block = b"\n".join(at_hand)
            if plain and _is_plain(block):
                counts = [line.count(b",") for line in at_hand]
                if counts.count(commas) == len(counts):
                    yield PlainLines(lines.line_no + 1, at_hand)
                    lines.skip(len(at_hand))
                    continue
            if len(block) > MAX_RECORD_BYTES:
                while lines.at < len(lines.buffer):
                    record = self._next_record()
                    if record is not None:
                        yield record
                continue
            yield from self._parsed(at_hand, block)

    def _parsed(self, at_hand: list[bytes], block: bytes) -> Iterator[Parsed | Record]:
        """Whole records of a block, up to the one that is malformed or goes on after it."""
        lines = self._lines
        if b'"' not in block and b"\r" not in block:
            rows = [line.split(self._delimiter) for line in block.decode().split("\n")]
            yield from self._numbered(at_hand, 0, rows, list(range(1, len(rows) + 1)))
            lines.skip(len(at_hand))
            return
        # Only a line feed ends a line here; the csv module sees to the carriage return before it.
        text = io.StringIO(block.decode() + "\n", newline="\n")
        reader = csv.reader(text, strict=True, delimiter=self._delimiter)
        taken = 0
        while taken < len(at_hand):
            rows = []
            ends: list[int] = []
            try:
                for row in reader:
                    rows.append(row)
                    ends.append(reader.line_num)
                is_whole = True
            except csv.Error:
                is_whole = False
            if rows:
                yield from self._numbered(at_hand, taken, rows, ends)
                lines.skip(ends[-1] - taken)
                taken = ends[-1]
            if is_whole:
                return
            record = self._next_record()
            if record is not None:
                yield record
            taken += 1

    def _numbered(
        self, at_hand: list[bytes], taken: int, rows: list[list[str]], ends: list[int]
    ) -> Iterator[Parsed]:
        """Records that end after `ends` lines of the block, without the blank lines."""
        first = self._lines.line_no + 1
        starts = [taken, *ends[:-1]]
        if ends[-1] - taken == len(rows):
            texts = at_hand[taken : ends[-1]]
        else:
            texts = [
                b"\n".join(at_hand[start:end]) for start, end in zip(starts, ends, strict=True)
            ]
        if texts[0].endswith(b"\r"):
            texts = [line.removesuffix(b"\r") for line in texts]
        numbers = [first - taken + start for start in starts]
        if any(len(row) < 2 and not "".join(row).strip() for row in rows):
            kept = [at for at, row in enumerate(rows) if len(row) > 1 or "".join(row).strip()]
            numbers = [numbers[at] for at in kept]
            texts = [texts[at] for at in kept]
            rows = [rows[at] for at in kept]
        if rows:
            yield Parsed(numbers, rows, texts)
