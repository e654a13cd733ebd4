"""What somebody typed over what was printed: in the locked columns of a form, or on the list of
alerts beside it. Nothing there is read as an answer, so its sender is told of it.

A workbook that comes back is held against those that were sent, as the outbox keeps them; one that
is not kept any more tells nothing, and stops no answer. Only words count: an office program may
write a number or a date otherwise, but no sentence.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import psycopg

from huiyan.delivery.folder import SUPERSEDED, folder_name
from huiyan.delivery.render import WORKBOOK
from huiyan.delivery.sheets import ALERTS_SHEET, RETURN_SHEET
from huiyan.delivery.workbook import ALERT_COLUMNS, CONCLUDED, KEY_COLUMNS, Column
from huiyan.errors import FeedError, LandingError
from huiyan.feeds import cards
from huiyan.feeds.archive import Archive
from huiyan.feeds.cells import Record
from huiyan.feeds.contract import load_contract
from huiyan.feeds.form_reader import HEADING_ROWS
from huiyan.feeds.xlsx_reader import XlsxBook
from huiyan.returns import reasons
from huiyan.returns.record import FEED, Line
from huiyan.said import says_something
from huiyan.settings import Settings

NUMBER = "预警编号"
BEYOND = "表头以外"
_WORDS = frozenset({"text", "wrapped", "centre", "tier"})


@dataclass(frozen=True)
class Typed:
    """Words where something was printed, or nothing.

    Attributes:
        sheet: its name as sent. row: as an office program numbers it. column: its heading.
    """

    sheet: str
    row: int
    column: str
    text: str


def _plain(text: str) -> str:
    """Text without what an office program may change in it."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lstrip("'")


def _words_of(columns: Iterable[Column], *further: str) -> frozenset[str]:
    """Headings under which words are printed, whoever else looks at them left out."""
    found = {_plain(each.heading) for each in columns if each.style in _WORDS}
    return frozenset(found - {_plain(heading) for heading in ("序号", *further)})


# 待办 of the form is read with it.
_PRINTED = {
    ALERTS_SHEET: _words_of(ALERT_COLUMNS),
    RETURN_SHEET: _words_of((*KEY_COLUMNS, CONCLUDED), "待办"),
}


@dataclass
class _Printed:
    """A sheet as it was sent, in every version of its day.

    Attributes:
        alerts: on it. columns: what was printed under each heading. words: and of which alert.
    """

    alerts: set[str] = field(default_factory=set)
    columns: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, records: Iterable[Record]) -> None:
        """Take in one version of the sheet, its headings first."""
        rows = iter(records)
        heading = next(rows, None)
        if heading is None:
            return
        names = [_plain(cell) for cell in heading.cells]
        for name in filter(None, names):
            self.columns[name].add("")
        for record in rows:
            cells = dict(zip(names, record.cells, strict=False))
            self.alerts.add(cells.get(NUMBER, ""))
            for name, text in cells.items():
                self.columns[name].add(_plain(text))
                self.words[cells.get(NUMBER, ""), name].add(_plain(text))

    def beyond(self, alert_id: str, name: str, text: str) -> str:
        """What stands after what was printed there; all of it if that is not there any more."""
        plain = _plain(text)
        for printed in self.words.get((alert_id, name), ()):
            if printed and plain.startswith(printed):
                return plain[len(printed) :]
        return text


def typed_over(sent: Iterable[XlsxBook], back: XlsxBook, answered: Collection[str]) -> list[Typed]:
    """Words typed into the form outside of its answers, and on the list of alerts.

    Args:
        sent: the versions of the workbook that were sent; first the list, then the form.
        answered: alerts that the workbook answers. What stands beside them on the list is the
            sender's own, as a rule.
    """
    printed = {name: _Printed() for name in _PRINTED}
    for book in sent:
        for sheet, name in zip(book.sheets, printed, strict=False):
            printed[name].add(book.records(sheet))
    found: list[Typed] = []
    for sheet in back.sheets:
        top = list(islice(back.records(sheet), HEADING_ROWS))
        for name, as_sent in printed.items():
            heading = _heading(top, as_sent)
            if heading is not None:
                rows = (row for row in back.records(sheet) if row.line_no > heading.line_no)
                found += _typed(name, as_sent, heading, rows, answered)
                break
    return found


def _heading(top: Iterable[Record], as_sent: _Printed) -> Record | None:
    """The row of headings, if it is that sheet: nearly all of them stand there."""
    for record in top:
        names = {_plain(cell) for cell in record.cells} - {""}
        known = names & as_sent.columns.keys()
        if NUMBER in known and len(known) * 10 > len(as_sent.columns) * 8:
            return record
    return None


def _typed(
    sheet: str,
    as_sent: _Printed,
    heading: Record,
    rows: Iterable[Record],
    answered: Collection[str],
) -> Iterator[Typed]:
    names = [_plain(cell) for cell in heading.cells]
    for record in rows:
        cells = [*zip(names, record.cells, strict=False)]
        alert_id = dict(cells).get(NUMBER, "")
        is_list = sheet == ALERTS_SHEET
        if alert_id not in as_sent.alerts or (is_list and alert_id in answered):
            continue
        for place, (name, text) in enumerate(cells):
            # What stands elsewhere in the column was sorted or copied, not typed.
            is_printed = name in _PRINTED[sheet] and _plain(text) not in as_sent.columns[name]
            # Of further columns of the form its lines tell themselves.
            is_further = is_list and name not in as_sent.columns
            if says_something(text) and (is_printed or is_further):
                label = heading.cells[place].split("\n")[0] or BEYOND
                words = as_sent.beyond(alert_id, name, text)
                yield Typed(sheet, record.line_no, label, words)
        further = record.cells[len(names) :] if is_list else []
        yield from (
            Typed(sheet, record.line_no, BEYOND, text) for text in further if says_something(text)
        )


def told(
    connection: psycopg.Connection, batch_id: int, lines: Iterable[Line], settings: Settings
) -> dict[int, str]:
    """What the sender of each workbook is told of what was typed over, by number of the file.

    Args:
        lines: of the batch, as they were judged.
    """
    sources: dict[int, set[tuple[str, date]]] = defaultdict(set)
    answered: dict[int, set[str]] = defaultdict(set)
    for line in lines:
        if line.is_untouched or not line.is_proven or line.alert_id is None:
            continue
        if line.body_code is not None and line.extract_on is not None:
            sources[line.file_no].add((line.body_code, line.extract_on))
        if not line.is_silent:
            answered[line.file_no].add(line.alert_id)
    archive = Archive(settings, load_contract(FEED))
    found: dict[int, str] = {}
    for file_no, file_name, sha256 in connection.execute(
        "select file_no, file_name, sha256 from ops.batch_file "
        "where batch_id = %s and error is null and file_no = any(%s) order by file_no",
        [batch_id, [file_no for file_no, named in sources.items() if len(named) == 1]],
    ):
        ((body, extract_on),) = sources[file_no]
        sent = _as_sent(settings.outbox, body, extract_on)
        is_workbook = PurePosixPath(file_name).suffix.lower() == ".xlsx"
        if not is_workbook or len(sent) < _versions(connection, body, extract_on):
            continue
        typed: list[Typed] = []
        # What cannot be read of it is told by who reads the answers.
        with suppress(FeedError, LandingError, OSError), archive.open(sha256) as stream:
            typed = _against_sent(stream, file_name, sent, answered[file_no])
        if typed:
            found[file_no] = reasons.typed_over([_where_and_what(each) for each in typed])
    return found


def _where_and_what(typed: Typed) -> tuple[str, str]:
    column = typed.column if typed.column == BEYOND else f"{reasons.quoted(typed.column)}栏"
    return f"“{typed.sheet}”表第 {typed.row} 行{column}", cards.mask(typed.text)


def _against_sent(
    stream: BinaryIO, file_name: str, sent: Iterable[Path], answered: Collection[str]
) -> list[Typed]:
    with ExitStack() as opened:
        books = [XlsxBook(opened.enter_context(path.open("rb")), WORKBOOK) for path in sent]
        return typed_over(books, XlsxBook(stream, file_name), answered)


def _versions(connection: psycopg.Connection, body: str, extract_on: date) -> int:
    """How many versions of the extract were handed over; one at least, for the form is there."""
    row = connection.execute(
        "select count(*) from ops.delivery where body_code = %s and business_date = %s "
        "and state = 'delivered'",
        [body, extract_on],
    ).fetchone()
    return max(1, row[0] if row else 0)


def _as_sent(outbox: Path, body: str, extract_on: date) -> list[Path]:
    """The workbooks of every version of the extract, as the outbox keeps them."""
    name, day = folder_name(body), extract_on.isoformat()
    former = sorted((outbox / SUPERSEDED / name).glob(f"{day}.before-v*"))
    return [
        path for folder in (*former, outbox / name / day) if (path := folder / WORKBOOK).is_file()
    ]
