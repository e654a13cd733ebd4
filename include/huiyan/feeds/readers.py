"""The reader for each kind of file: header and rows, streamed from the archive."""

from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from huiyan.feeds import header
from huiyan.feeds.cells import Parsed, PlainLines, Record
from huiyan.feeds.contract import FeedContract
from huiyan.feeds.csv_reader import CsvReader
from huiyan.feeds.form_reader import FormReader
from huiyan.feeds.header import Layout
from huiyan.feeds.xlsx_reader import XlsxReader
from huiyan.feeds.xml_reader import XmlReader

Rows = Iterator[PlainLines | Parsed | Record]


def is_text(file_name: str) -> bool:
    """Whether the file is CSV, whose encoding has to be found."""
    return PurePath(file_name).suffix.casefold() == ".csv"


class OpenFile:
    """One file of a feed, its header resolved, its rows still to come.

    Args:
        open_stream: opens the file's bytes anew.
        encoding: of a CSV file; None for the others.

    Raises (also while rows are read):
        FeedError: the file cannot be read as a file of this feed.
    """

    def __init__(
        self,
        contract: FeedContract,
        file_name: str,
        open_stream: Callable[[], BinaryIO],
        encoding: str | None,
    ) -> None:
        self._contract = contract
        self._file_name = file_name
        self._reader: CsvReader | XlsxReader | FormReader | XmlReader
        suffix = PurePath(file_name).suffix.casefold()
        if suffix == ".csv":
            self._reader = CsvReader(open_stream(), encoding or "utf-8", file_name)
        elif suffix == ".xlsx" and contract.is_form:
            self._reader = FormReader(contract, open_stream(), file_name)
        elif suffix == ".xlsx":
            self._reader = XlsxReader(open_stream(), file_name)
        else:
            self._reader = XmlReader(open_stream, file_name)
        self.layout: Layout = header.resolve(
            contract,
            self._reader.header,
            file_name,
            complete=not isinstance(self._reader, XmlReader),
        )

    def rows(self, *, plain: bool) -> Rows:
        """The rows; those of CSV come together, unparsed if `plain` and nothing needs repair."""
        if isinstance(self._reader, CsvReader):
            yield from self._reader.stretches(plain=plain)
            return
        if isinstance(self._reader, XlsxReader | FormReader):
            self._reader.date_only = frozenset(
                position
                for position, column in enumerate(self.layout.columns)
                if column is not None and column.type == "date"
            )
        count = 0
        for record in self._reader.rows():
            count += 1
            yield record
        if count and isinstance(self._reader, XmlReader):
            header.require(self._contract, self.layout, self._file_name)
