"""What may be repaired in a cell (spaces, full-width characters) and what is only reported."""

import re
from typing import NamedTuple

MAX_RECORD_BYTES = 1_048_576  # one record, and so one cell, of any file
# No feed has a tenth of it; every column is looked at for every row.
MOST_COLUMNS = 1_000
SHOWN_LENGTH = 60
BYTE_ORDER_MARK = "\ufeff"
FULL_WIDTH = re.compile("[！-～\u3000]")
FULL_WIDTH_TYPES = frozenset({"int", "date", "timestamp", "money"})


class Problem(NamedTuple):
    """Why a row cannot be read as it stands.

    Attributes:
        code: the reason, as it will stand in quarantine.
        position: the cell concerned, counted from 0; None for the whole row.
    """

    code: str
    position: int | None = None


class Record(NamedTuple):
    """One row of a file.

    Attributes:
        line_no: physical line (CSV), row number (XLSX) or ordinal of the entry (XML).
        cells: texts in header order, as they came.
        problems: what the reader found wrong with it.
    """

    line_no: int
    cells: list[str]
    problems: tuple[Problem, ...] = ()


class PlainLines(NamedTuple):
    """Consecutive CSV lines that need no repair: right number of cells, no quotes, nothing to trim.

    Attributes:
        first_line_no: physical number of the first line; the others follow without gap.
        lines: UTF-8, without line ends.
    """

    first_line_no: int
    lines: list[bytes]


class Parsed(NamedTuple):
    """Consecutive CSV records taken apart together; any of them may still need repair.

    Attributes:
        line_nos: physical line of each record's first line.
        rows: the cells of each, as they came; their number may be wrong.
        lines: the same records as they stand in the file: UTF-8, without the last line end.
    """

    line_nos: list[int]
    rows: list[list[str]]
    lines: list[bytes]


def printable(text: str) -> str:
    """A sender's text in which nothing speaks to the terminal."""
    return "".join(sign if sign.isprintable() or sign == "\u3000" else "�" for sign in text)


def excerpt(text: str) -> str:
    """The beginning of a text, in quotation marks."""
    return f'"{text[:SHOWN_LENGTH]}{"…" if len(text) > SHOWN_LENGTH else ""}"'


def clean(text: str) -> tuple[str, str | None]:
    """`text` as PostgreSQL can hold it, and the problem if something had to be replaced.

    NUL becomes the visible ␀ and a lone surrogate becomes �; the row goes to quarantine.
    """
    if "\0" in text:
        return text.replace("\0", "␀"), "nul_byte"
    if BYTE_ORDER_MARK in text:
        return text, "byte_order_mark_inside"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace").decode(), "invalid_character"
    return text, None
