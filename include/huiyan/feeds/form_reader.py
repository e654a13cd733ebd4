"""Forms that come back as workbooks: the sheets that hold answers, whatever was done to them.

People put a title over the headings, copy the sheet and fill in the copy, delete the other sheets.
What they wrote is looked for; where it cannot be found, it is not passed over.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from huiyan.errors import FeedError
from huiyan.feeds import header
from huiyan.feeds.cells import Problem, Record
from huiyan.feeds.contract import FeedContract
from huiyan.feeds.header import Layout
from huiyan.feeds.xlsx_reader import XlsxBook, fitted, header_cells

# Above the headings a title may stand, and whose form it is. Further down, only the headings of a
# form are taken for such.
HEADING_ROWS = 10
# A sheet holds fewer rows. Of several sheets read, the rows of all but the first are numbered from
# the sheet's own multiple of it.
LINES_OF_A_SHEET = 10_000_000
MOST_SHEETS = 200
# Why a sheet beside others with answers is not read, as it will stand in quarantine.
LACKS_COLUMNS = "sheet_lacks_columns"
COLUMN_TWICE = "sheet_column_twice"
HEADING_NOT_PLAIN = "sheet_heading_not_plain"
# Why a table above the form, in its sheet, is not read.
TABLE_ABOVE = "table_above_the_form"


def place_of(line_no: int) -> tuple[int, int]:
    """Number of the sheet, 0 for the one read first, and of the row in it."""
    return divmod(line_no, LINES_OF_A_SHEET)


@dataclass(frozen=True)
class _Sheet:
    """A worksheet and the row of its first ones that names most columns.

    Attributes:
        number: from 1.
        heading: None if it holds nothing.
        named: columns of the contract that it names.
        above: heading of a table above it that could be a form, but for this one; null without.
    """

    number: int
    heading: Record | None
    named: frozenset[str]
    above: Record | None = None


class FormReader:
    """Header and rows of the sheets of a form that hold answers; without any, of its best sheet.

    The header names the columns of all of them, and a nameless one for what stands beyond the
    headings: a remark there takes nothing from the answer beside it.

    Raises (also while rows are read):
        FeedError: as a workbook does, or the headings of a sheet with answers cannot be read.
    """

    def __init__(self, contract: FeedContract, stream: BinaryIO, file_name: str) -> None:
        self.date_only: frozenset[int] = frozenset()
        self._contract = contract
        self._file_name = file_name
        self._book = XlsxBook(stream, file_name)
        if len(self._book.sheets) > MOST_SHEETS:
            raise FeedError(f"{file_name} has over {MOST_SHEETS} sheets; send back one form.")
        self._named = header.namer(contract)
        self._answers = frozenset(column.name for column in contract.columns if column.is_answer)
        self._keys = frozenset(column.name for column in contract.key_columns)
        sheets = [self._headed(number) for number in self._book.sheets]
        read = [sheet for sheet in sheets if self._is_filled_in(sheet)]
        # One that can be filled in before the list of what is to be answered.
        self._read = read or [max(sheets, key=lambda each: (self._is_form(each), len(each.named)))]
        self.header: list[str] = []
        self._places: dict[int, list[int]] = {}
        self._not_understood: dict[int, str] = {}
        columns: dict[str, int] = {}
        for sheet in self._read:
            try:
                cells, layout = self._heading(sheet)
            except FeedError as error:
                # It may be the body's own sheet: it must not cost the answers of another one.
                if not self._is_read_without(sheet):
                    raise
                self._not_understood[sheet.number] = _why_not_understood(error)
                continue
            for name, cell in zip(layout.names, cells, strict=True):
                if name not in columns:
                    columns[name] = len(columns)
                    self.header.append(cell)
            self._places[sheet.number] = [columns[name] for name in layout.names]
        self._read.sort(key=lambda sheet: sheet.number in self._not_understood)
        self._has_beyond = any(
            len(_within(record)) > len(self._places[sheet.number])
            for sheet in self._read
            if sheet.number in self._places
            for record in self._records(sheet)
        )
        if self._has_beyond:
            self.header.append("")

    def _headed(self, number: int) -> _Sheet:
        best = _Sheet(number, None, frozenset())
        for place, record in enumerate(self._book.records(number)):
            if place >= HEADING_ROWS and len(best.named) > len(self._contract.columns) // 2:
                break  # a form as it was sent; a table of somebody's own names less
            known = frozenset(filter(None, self._named(record.cells)))
            above = best.heading if self._is_form(best) else best.above
            found = _Sheet(number, record, known, above)
            is_better = best.heading is None or len(known) > len(best.named)
            if place >= HEADING_ROWS:
                # What need not be answered any more is listed below the notes, with a reason each.
                is_form = self._is_form(found) and len(known & self._answers) > 1
                is_better = is_form and (is_better or not self._is_form(best))
            if is_better:
                best = found
        return best

    def _heading(self, sheet: _Sheet) -> tuple[list[str], Layout]:
        """The cells of its heading, and what they mean."""
        if sheet.heading is None:
            raise FeedError(f"{self._file_name}: {header.NO_HEADINGS} are there, it is empty.")
        where = f"{self._file_name}, {header.SHEET} {sheet.number}"
        cells = header_cells(sheet.heading, where)
        return cells, header.resolve(self._contract, cells, where)

    def _is_read_without(self, sheet: _Sheet) -> bool:
        """Whether the headings of another sheet with answers can be read."""
        for other in self._read:
            if other is not sheet:
                with suppress(FeedError):
                    self._heading(other)
                    return True
        return False

    def _is_form(self, sheet: _Sheet) -> bool:
        """Whether answers may stand in it: a sheet of somebody's own may use one of the words."""
        answers = len(sheet.named & self._answers)
        return answers > (0 if self._keys <= sheet.named else len(self._answers) // 2)

    def _is_filled_in(self, sheet: _Sheet) -> bool:
        if sheet.heading is None or not self._is_form(sheet):
            return False
        answers = self._at(sheet.heading, self._answers)
        return any(_holds(record, answers) for record in self._records(sheet))

    def _at(self, heading: Record, names: frozenset[str]) -> frozenset[int]:
        """Where these columns stand."""
        return frozenset(
            place for place, name in enumerate(self._named(heading.cells)) if name in names
        )

    def _records(self, sheet: _Sheet) -> Iterator[Record]:
        """The rows below the headings, and those above them that were sorted there, but for those
        of a table above.
        """
        if sheet.heading is None:
            return
        keys, answers = self._at(sheet.heading, self._keys), self._at(sheet.heading, self._answers)
        last = 0
        for record in self._book.records(sheet.number):
            if not last < record.line_no < LINES_OF_A_SHEET:
                raise FeedError(
                    f"{self._file_name}: row {record.line_no} comes after row {last}; "
                    "save it anew and send it again."
                )
            last = record.line_no
            is_sorted = _holds(record, keys) and _holds(record, answers)
            is_above = last < sheet.heading.line_no
            is_of_table = sheet.above is not None and last >= sheet.above.line_no
            if last > sheet.heading.line_no or (is_above and is_sorted and not is_of_table):
                yield record

    def rows(self) -> Iterator[Record]:
        """The rows of the sheets, one sheet after the other, each cell under its heading.

        Of a sheet that cannot be read its heading comes, with why, and so of a table above a form.
        """
        for sheet in self._read:
            first = 0 if sheet is self._read[0] else sheet.number * LINES_OF_A_SHEET
            if sheet.number in self._not_understood and sheet.heading is not None:
                line_no, cells, _ = sheet.heading
                why = Problem(self._not_understood[sheet.number])
                yield Record(first + line_no, cells, (why,))
                continue
            if sheet.above is not None:
                line_no, cells, _ = sheet.above
                yield Record(first + line_no, cells, (Problem(TABLE_ABOVE),))
            places = self._places[sheet.number]
            for record in self._records(sheet):
                own = fitted(record, len(places), ())
                cells = [""] * len(self.header)
                for place, cell in zip(places, own.cells, strict=False):
                    cells[place] = cell
                if self._has_beyond:
                    cells[-1] = " ".join(filter(None, own.cells[len(places) :]))
                problems = tuple(
                    Problem(code, places[at])
                    for code, at in own.problems
                    if at is not None and at < len(places)
                )
                moved = Record(first + own.line_no, cells, problems)
                yield fitted(moved, len(self.header), self.date_only)


def _why_not_understood(error: FeedError) -> str:
    if header.MISSING in str(error):
        return LACKS_COLUMNS
    return COLUMN_TWICE if header.TWICE in str(error) else HEADING_NOT_PLAIN


def _holds(record: Record, places: frozenset[int]) -> bool:
    """Whether something stands in one of these cells."""
    return any(place < len(record.cells) and record.cells[place].strip() for place in places)


def _within(record: Record) -> list[str]:
    """Its cells up to the last that holds anything."""
    cells = list(record.cells)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells
