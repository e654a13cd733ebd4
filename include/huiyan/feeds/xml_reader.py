"""XML files of `finance_vouchers`.

Layout: a root element, in it one element per row, in it one element per cell, named like a header
cell (canonical name, identifier or label); the names of root and row elements are free:

    <vouchers>
      <entry>
        <ACCT_SET_CODE>A001</ACCT_SET_CODE>
        <FISCAL_YEAR>2025</FISCAL_YEAR>
        ...
      </entry>
    </vouchers>

Cells may as well be attributes of the row element. An absent element is an empty cell. Encodings:
UTF-8, UTF-16, or GB18030/GBK/GB2312 if the XML declaration says so. DTDs and entities are refused.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO

from huiyan.errors import FeedError
from huiyan.feeds import safe_xml
from huiyan.feeds.cells import MAX_RECORD_BYTES, Problem, Record

_DECLARED_CHINESE = re.compile(rb"""<\?xml[^>]{0,200}encoding=["'](gb18030|gbk|gb2312)["']""", re.I)
MAX_COLUMNS = 1_000
MAX_DEPTH = 100


class _Rows:
    """Builds rows from events; a name seen for the first time gets the next position."""

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name
        self.names: list[str] = []
        self.ready: deque[Record] = deque()
        self._positions: dict[str, int] = {}
        self._depth = 0
        self._ordinal = 0
        self._row: dict[int, str] = {}
        self._problems: dict[Problem, None] = {}
        self._text: list[str] = []
        self._size = 0

    def _position(self, name: str) -> int:
        if name not in self._positions:
            if len(self.names) >= MAX_COLUMNS:
                raise FeedError(f"{self._file_name}: more than {MAX_COLUMNS} different elements.")
            self._positions[name] = len(self.names)
            self.names.append(name)
        return self._positions[name]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 2:
            self._ordinal += 1
            self._size = 0
            self._row, self._problems = {}, {}
            for name, value in attributes.items():
                self._set(safe_xml.local_name(name), value)
        elif self._depth == 3:
            self._text = []
        elif self._depth > 3:
            if self._depth > MAX_DEPTH:
                raise FeedError(f"{self._file_name}: elements nested over {MAX_DEPTH} deep.")
            self._problems[Problem("nested_element")] = None

    def _set(self, name: str, value: str) -> None:
        position = self._position(name)
        if position in self._row:
            self._problems[Problem("duplicate_element", position)] = None
        self._row[position] = value

    def data(self, text: str) -> None:
        self._size += len(text)
        if self._size > MAX_RECORD_BYTES:
            raise FeedError(
                f"{self._file_name}: entry {self._ordinal} is longer than "
                f"{MAX_RECORD_BYTES:,} characters."
            )
        if self._depth >= 3:
            self._text.append(text)
        elif self._depth == 2 and text.strip():
            self._problems[Problem("text_outside_elements")] = None

    def end(self, tag: str) -> None:
        if self._depth == 3:
            self._set(tag, "".join(self._text))
        elif self._depth == 2:
            cells = [self._row.get(position, "") for position in range(len(self.names))]
            self.ready.append(Record(self._ordinal, cells, tuple(self._problems)))
        self._depth -= 1

    def close(self) -> None:
        """End of the document; nothing is kept back."""


class XmlReader:
    """Header and rows of one XML file.

    The file is read twice: names may appear in any row, and the header is their union.

    Args:
        open_stream: opens the file's bytes anew.
    """

    def __init__(self, open_stream: Callable[[], BinaryIO], file_name: str) -> None:
        self._open = open_stream
        self._file_name = file_name
        with open_stream() as stream:
            start = stream.read(400)
        if not start.strip():
            raise FeedError(f"{file_name} is empty.")
        self._encoding = "gb18030" if _DECLARED_CHINESE.search(start) else None
        names = _Rows(file_name)
        for _ in self._parse(names):
            names.ready.clear()
        self.header = names.names

    def _parse(self, target: _Rows) -> Iterator[None]:
        with self._open() as stream:
            yield from safe_xml.feed(stream, target, self._file_name, self._encoding)

    def rows(self) -> Iterator[Record]:
        """The rows in order, each with one cell per header name."""
        target = _Rows(self._file_name)
        width = len(self.header)
        for _ in self._parse(target):
            while target.ready:
                line_no, cells, problems = target.ready.popleft()
                yield Record(line_no, cells + [""] * (width - len(cells)), problems)
