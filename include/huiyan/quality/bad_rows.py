"""Rows in quarantine in words: file, line, column, what stands there and what is wrong with it.

Nothing that may be a card's or an account's number is shown in full, and of an anonymous feed no
value at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from huiyan.feeds import cards
from huiyan.feeds.cells import excerpt, printable
from huiyan.feeds.contract import FeedContract
from huiyan.feeds.form_reader import COLUMN_TWICE, HEADING_NOT_PLAIN, LACKS_COLUMNS
from huiyan.quality.suites import CONFLICTING_DUPLICATE, NATURAL_KEY, UNREADABLE
from huiyan.quality.validation import masked

_ACCOUNT = re.compile(r"(^|_)acc(oun)?t_no$")
_CELL_COUNT = re.compile(r"cell_count:(\d+)_instead_of_(\d+)")

WORDS = {
    CONFLICTING_DUPLICATE: "the same key more than once, not with the same content",
    UNREADABLE: "cannot be read as it stands",
    "malformed_quotes": "quotation marks do not pair",
    "repeated_header": "the heading once more",
    "nul_byte": "holds a NUL byte",
    "byte_order_mark_inside": "holds a byte order mark",
    "invalid_character": "holds half a character",
    "formula": "a formula; send its value",
    "error_cell": "an error of the spreadsheet",
    "number_over_15_digits": "a number of over 15 digits, which a workbook rounds; send it as text",
    "nested_element": "elements within an element",
    "duplicate_element": "the element twice",
    "text_outside_elements": "text outside of the elements",
    "invalid_card_number": "not a card number of 16 to 19 digits",
    "card_number_in_wrong_column": "a card number, which does not belong here",
    LACKS_COLUMNS: "heading of a sheet that lacks required columns; nothing of it is read",
    COLUMN_TWICE: "heading of a sheet that names a column twice; nothing of it is read",
    HEADING_NOT_PLAIN: "heading of a sheet that is no plain text; nothing of it is read",
    "card_number_in_unreadable_row": "a card number in a row that cannot be taken apart",
}


@dataclass(frozen=True)
class BadRow:
    """A row that was put aside.

    Attributes:
        faults: what is wrong with it, each in words.
    """

    file_name: str
    line_no: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return f"{printable(self.file_name)} line {self.line_no}: {'; '.join(self.faults)}"


def _parts(reason: str) -> tuple[str, str]:
    """Column (empty for the row as a whole) and problem that a reason names."""
    if count := _CELL_COUNT.fullmatch(reason):
        return "", f"{count[1]} cells, the heading has {count[2]}"
    if ": " in reason:
        column, problem = reason.split(": ", 1)
        return column, problem
    code, _, column = reason.partition(":")
    return column, WORDS.get(code, code.replace("_", " "))


def _titled(contract: FeedContract, column: str) -> str:
    if column == NATURAL_KEY:
        return "key"
    labels = {each.name: each.label for each in contract.columns}
    return f"{column} {labels[column]}" if column in labels else printable(column)


def in_words(contract: FeedContract, reason: str) -> str:
    """A reason of quarantine or of a check as people say it, without any value."""
    column, problem = _parts(reason)
    return f"{_titled(contract, column)}: {problem}" if column else problem


def shown(column: str, value: Any) -> str:
    """What stands in a cell, short and with nothing secret in it, in quotation marks."""
    if value is None or value == "":
        return "(empty)"
    # Hidden as it was sent: signs between its digits hide a number from nobody.
    text = printable(cards.hide_all(cards.mask(masked(str(value)))))
    if _ACCOUNT.search(column):
        text = f"…{text[-4:]}" if len(text) > 4 else "…"
    return excerpt(text)


def _value(contract: FeedContract, column: str, row: Mapping[str, Any]) -> str | None:
    if contract.is_anonymous:
        return None
    if column in row:
        return shown(column, row[column])
    extra = row.get("extra") or {}
    return shown(column, extra[column]) if column in extra else None


def _fault(contract: FeedContract, reason: str, row: Mapping[str, Any], key: str | None) -> str:
    column, problem = _parts(reason)
    value = _value(contract, column, row)
    if reason == CONFLICTING_DUPLICATE and not contract.is_anonymous:
        column, value = NATURAL_KEY, shown(_key_column(contract), key)
    title = " ".join(part for part in (_titled(contract, column), value) if part)
    return f"{title}: {problem}" if title else problem


def _key_column(contract: FeedContract) -> str:
    """What the key is shown like: an account's number if one is part of it."""
    names = [column.name for column in contract.key_columns]
    return next((name for name in names if _ACCOUNT.search(name)), "")


def bad_rows(
    connection: psycopg.Connection, contract: FeedContract, batch_id: int, limit: int | None = None
) -> list[BadRow]:
    """The rows of a batch that lie in quarantine, in the order of its files; asked as who loads."""
    rows = connection.execute(
        sql.SQL(
            "select file_name, line_no, reasons, row, natural_key from {} where batch_id = %s "
            "order by file_no, line_no limit %s"
        ).format(sql.Identifier("quarantine", contract.name)),
        [batch_id, limit],
    )
    return [
        BadRow(file_name, line_no, tuple(_fault(contract, reason, row, key) for reason in reasons))
        for file_name, line_no, reasons, row, key in rows
    ]


def waiting(
    connection: psycopg.Connection, contract: FeedContract, business_date: date
) -> list[tuple[int, str, list[BadRow]]]:
    """Version, status and bad rows of every version of a day that has rows in quarantine which no
    later version has replaced; asked as who loads."""
    batches = connection.execute(
        sql.SQL(
            "select batch_id, version, status from ops.batch as batch "
            "where feed = %s and business_date = %s and exists (select from {} as aside "
            "where aside.batch_id = batch.batch_id and superseded_by_batch_id is null) "
            "order by version"
        ).format(sql.Identifier("quarantine", contract.name)),
        [contract.name, business_date],
    ).fetchall()
    return [
        (version, status, bad_rows(connection, contract, batch_id))
        for batch_id, version, status in batches
    ]
