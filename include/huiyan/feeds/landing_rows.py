"""Turns the rows of one file into COPY data for its landing table, counting every repair."""

import csv
import io
import json
import re
from collections.abc import Iterable
from itertools import chain, repeat

from huiyan.feeds import cards
from huiyan.feeds.cells import (
    BYTE_ORDER_MARK,
    FULL_WIDTH,
    FULL_WIDTH_TYPES,
    Parsed,
    PlainLines,
    Record,
    clean,
)
from huiyan.feeds.contract import FeedContract
from huiyan.feeds.header import Layout, normalise

_MUST_QUOTE = re.compile('["\r\n]')
_WIDE = b"\xef"  # with which every full-width character begins in UTF-8
_PLAIN_AMOUNTS = re.compile(rb"(?:-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})\.[0-9]{2}\n|\n)*")
_PLAIN_AMOUNT = re.compile(r"(-?)([0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.([0-9]{1,2}))?")
# PostgreSQL wants one kind of line end; with this one the csv module quotes what holds any of them.
LINE_END = "\r\n"
_FIRST_COLUMNS = ("batch_id", "file_no", "line_no", "extra", "read_error")


def _cells_at(lines: list[bytes], position: int, width: int) -> list[bytes]:
    """The cell at `position` of lines without quotes."""
    if position * 2 < width:
        return [line.split(b",", position + 1)[position] for line in lines]
    place = width - position
    return [line.rsplit(b",", place)[-place] for line in lines]


class _LineBuffer:
    """Holds the line a csv writer wrote last."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


class LandingRows:
    """COPY (format csv) data of one file.

    An empty cell is null. A row that cannot be read lands too: `read_error` holds the reasons,
    joined by `;`, and where its cells cannot be told apart `extra.cells` keeps them.

    Attributes:
        rows, trimmed_cells, fullwidth_cells, masked_cells: counts so far; masked are the cells of
            free text, of unknown columns and of unreadable rows that held a card number.
        cents: sum of the amount column in hundredths, of the amounts in plain writing.
        has_other_amounts: whether some amount was written otherwise; then only SQL, which owns
            the reading of amounts, may sum.
    """

    def __init__(
        self, contract: FeedContract, layout: Layout, batch_id: int, file_no: int, card_key: bytes
    ) -> None:
        self._layout = layout
        self._width = len(layout.columns)
        self._numbers = (batch_id, file_no)
        self._prefix = f"{batch_id},{file_no},"
        self._headline = ",".join(layout.headers).encode()
        self._card_key = card_key
        self._card_at: int | None = None
        self._amount_at: int | None = None
        self._wide_types: list[int] = []
        self._free_text: list[int] = []
        self._extra: list[int] = []
        self._named: list[int] = []
        for position, column in enumerate(layout.columns):
            if column is None:
                self._extra.append(position)
                # Where cards are carried a number in a wrong column is a mistake, told as one.
                if not contract.carries_cards:
                    self._free_text.append(position)
                continue
            self._named.append(position)
            if column.sensitive:
                self._card_at = position
            if column.name == contract.amount_column:
                self._amount_at = position
            if column.type in FULL_WIDTH_TYPES:
                self._wide_types.append(position)
            if column.free_text:
                self._free_text.append(position)
        self._watches_cards = contract.carries_cards
        self.takes_plain = not self._watches_cards and not self._extra
        self._line_buffer = _LineBuffer()
        self._writer = csv.writer(self._line_buffer, lineterminator=LINE_END)
        self.rows = self.trimmed_cells = self.fullwidth_cells = self.masked_cells = 0
        self.cents = 0
        self.has_other_amounts = False

    @property
    def copy_columns(self) -> tuple[str, ...]:
        """Columns of the COPY command, in the order of the data."""
        named: list[str] = []
        for column in self._layout.columns:
            if column is not None:
                named.extend(column.stored_as)
        return (*_FIRST_COLUMNS, *named)

    def plain(self, chunk: PlainLines) -> bytes:
        """COPY data of lines that need no repair."""
        first_line_no, lines = chunk
        line_nos = list(range(first_line_no, first_line_no + len(lines)))
        text = b"\n".join(lines)
        # Known headers are ASCII and Chinese: width and lower case are all that sets them apart.
        wide = [line for line in lines if _WIDE in line] if _WIDE in text else []
        if (
            self._headline in text.lower()
            or any(self._headline == normalise(line.decode()).encode() for line in wide)
            or (self._free_text and self._may_hold_card(text, lines))
        ):
            rows = [line.decode().split(",") for line in lines]
            return self.parsed(Parsed(line_nos, rows, lines))
        for line in wide:
            self._count_full_width(line.decode().split(","))
        self.rows += len(lines)
        if self._amount_at is not None:
            self._add_amounts(_cells_at(lines, self._amount_at, self._width))
        return self._as_they_came(line_nos, lines)

    def _may_hold_card(self, text: bytes, lines: list[bytes]) -> bool:
        """Whether free text of lines without quotes may hold a card number."""
        return cards.may_hold_card_in_bytes(text) and any(
            cards.may_hold_card_in_bytes(b",".join(_cells_at(lines, position, self._width)))
            for position in self._free_text
        )

    def parsed(self, chunk: Parsed) -> bytes:
        """COPY data of records taken apart together."""
        line_nos, rows, lines = chunk
        text = "\x1f".join(chain.from_iterable(rows))
        alone = self._to_be_read_alone(rows, text)
        # Without quotes in the cells, those in the lines mean the same to PostgreSQL.
        may_stay = '"' not in text
        if not alone:
            return self._together(line_nos, rows, lines, may_stay)
        data = []
        start = 0
        for at in (*sorted(alone), len(rows)):
            if start < at:
                data.append(
                    self._together(line_nos[start:at], rows[start:at], lines[start:at], may_stay)
                )
            if at < len(rows):
                data.append(self.record(Record(line_nos[at], rows[at])))
            start = at + 1
        return b"".join(data)

    def _to_be_read_alone(self, rows: list[list[str]], text: str) -> set[int]:
        """Places of the rows that `record` has to look at: they may get a reason of their own."""
        alone: set[int] = set()
        if set(map(len, rows)) != {self._width}:
            alone = {at for at, row in enumerate(rows) if len(row) != self._width}
        if "\0" in text or BYTE_ORDER_MARK in text:
            alone |= {at for at, row in enumerate(rows) if any(clean(cell)[1] for cell in row)}
        opening = self._layout.headers[0]
        if opening in normalise("\x1f".join([row[0] for row in rows if row])):
            alone |= {at for at, row in enumerate(rows) if row and normalise(row[0]) == opening}
        if self._watches_cards:
            alone |= self._with_odd_cards(rows)
        for position in self._free_text:
            cells = [row[position] if position < len(row) else "" for row in rows]
            if cards.may_hold_card("\x1f".join(cells)):
                alone |= {at for at, cell in enumerate(cells) if cards.may_hold_card(cell)}
        return alone

    def _with_odd_cards(self, rows: list[list[str]]) -> set[int]:
        """Rows whose own card number is none, or that may hold another one."""
        own = self._card_at
        odd: set[int] = set()
        long_cells: list[str] = []
        for at, row in enumerate(rows):
            if own is not None and len(row) > own and not cards.VALID.fullmatch(row[own].strip()):
                odd.add(at)
            long_cells += [
                cell
                for position, cell in enumerate(row)
                if len(cell) >= cards.FEWEST_DIGITS and position != own
            ]
        if cards.may_hold_card("\x1f".join(long_cells)):
            odd |= {
                at
                for at, row in enumerate(rows)
                if cards.may_hold_card(
                    "\x1f".join(cell for position, cell in enumerate(row) if position != own)
                )
            }
        return odd

    def _together(
        self, line_nos: list[int], rows: list[list[str]], lines: list[bytes], may_stay: bool
    ) -> bytes:
        """COPY data of rows of the right width that get no reason.

        Args:
            may_stay: whether their lines, if nothing is to repair, are COPY data as they are.
        """
        width = self._width
        self.rows += len(rows)
        cells = list(chain.from_iterable(rows))
        trimmed = list(map(str.strip, cells))
        is_trimmed = trimmed != cells
        if is_trimmed:
            self.trimmed_cells += sum(map(str.__ne__, trimmed, cells))
        for position in self._wide_types:
            column = trimmed[position::width]
            if not "".join(column).isascii():
                self.fullwidth_cells += sum(1 for cell in column if FULL_WIDTH.search(cell))
        if self._amount_at is not None:
            self._add_amounts([cell.encode() for cell in trimmed[self._amount_at :: width]])
        is_rebuilt = is_trimmed or self._extra or self._card_at is not None
        if may_stay and not is_rebuilt:
            return self._as_they_came(line_nos, lines)
        return self._written(
            line_nos, [trimmed[at : at + width] for at in range(0, len(trimmed), width)]
        )

    def _as_they_came(self, line_nos: list[int], lines: list[bytes]) -> bytes:
        form = self._prefix.encode() + b"%d,,,%b\r\n"
        return b"".join([form % pair for pair in zip(line_nos, lines, strict=True)])

    def _written(self, line_nos: list[int], rows: list[list[str]]) -> bytes:
        extras: Iterable[str | None] = repeat(None, len(rows))
        if self._extra:
            extras = [self._kept_extra(row) for row in rows]
            rows = [[row[place] for place in self._named] for row in rows]
        if self._card_at is not None:
            at = self._named.index(self._card_at)
            for row in rows:
                row[at : at + 1] = (cards.token(self._card_key, row[at]), row[at][-4:])
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=LINE_END).writerows(
            [
                (*self._numbers, line_no, extra, None, *row)
                for line_no, extra, row in zip(line_nos, extras, rows, strict=True)
            ]
        )
        return out.getvalue().encode()

    def _kept_extra(self, cells: list[str]) -> str | None:
        """The cells of unknown columns as JSON; None if all are empty."""
        extra = {
            self._layout.names[position]: cells[position]
            for position in self._extra
            if cells[position]
        }
        return json.dumps(extra, ensure_ascii=False) if extra else None

    def _add_amounts(self, cells: list[bytes]) -> None:
        amounts = b"\n".join(cells) + b"\n"
        if amounts.count(b"\n") == len(cells) and _PLAIN_AMOUNTS.fullmatch(amounts):
            self.cents += sum(map(int, amounts.translate(None, b".,").split()))
            return
        for cell in cells:
            self._add_amount(cell.decode())

    def _add_amount(self, text: str) -> None:
        if not text or self.has_other_amounts:
            return
        match = _PLAIN_AMOUNT.fullmatch(text)
        if match is None:
            self.has_other_amounts = True
            return
        sign, whole, fraction = match.groups()
        cents = int(whole.replace(",", "")) * 100 + int((fraction or "").ljust(2, "0"))
        self.cents += -cents if sign else cents

    def record(self, record: Record) -> bytes:
        """COPY data of one row."""
        self.rows += 1
        line_no, cells, problems = record
        if len(cells) != self._width or any(problem.position is None for problem in problems):
            return self._unreadable(record)
        trimmed = [cell.strip() for cell in cells]
        if trimmed != cells:
            self.trimmed_cells += sum(map(str.__ne__, trimmed, cells))
            cells = trimmed
        reasons = [f"{code}:{self._name(position)}" for code, position in problems]
        joined = ",".join(cells)
        if not joined.isascii() and FULL_WIDTH.search(joined):
            self._count_full_width(cells)
        if clean(joined)[1]:
            self._clean(cells, reasons)
        if (
            normalise(cells[0]) == self._layout.headers[0]
            and tuple(map(normalise, cells)) == self._layout.headers
        ):
            reasons.append("repeated_header")
        for position in self._free_text:
            cells[position] = self._masked(cells[position])
        if self._watches_cards:
            cells = self._without_card(cells, reasons)
        if self._amount_at is not None:
            self._add_amount(cells[self._amount_at])
        extra = {
            self._layout.names[position]: cells[position]
            for position in self._extra
            if cells[position]
        }
        return self._line(line_no, extra, reasons, self._stored(cells))

    def _name(self, position: int | None) -> str:
        if position is None or position >= self._width:
            return "outside_the_header"
        return self._layout.names[position]

    def _count_full_width(self, cells: list[str]) -> None:
        typed = [cells[position] for position in self._wide_types]
        if not "".join(typed).isascii():
            self.fullwidth_cells += sum(1 for cell in typed if FULL_WIDTH.search(cell))

    def _clean(self, cells: list[str], reasons: list[str]) -> None:
        for position, cell in enumerate(cells):
            cells[position], problem = clean(cell)
            if problem:
                reasons.append(f"{problem}:{self._name(position)}")

    def _masked(self, text: str) -> str:
        """`text` without card numbers, counted if there was one."""
        masked = cards.mask(text)
        self.masked_cells += masked != text
        return masked

    def _without_card(self, cells: list[str], reasons: list[str]) -> list[str]:
        """The row with token and last four digits in place of the card number.

        They take the card's own place as one cell, already in COPY syntax.
        """
        own = "" if self._card_at is None else cells[self._card_at]
        is_valid = cards.VALID.fullmatch(own) is not None
        others = [cell for position, cell in enumerate(cells) if position != self._card_at]
        if cards.may_hold_card("\x1f".join(others)):
            for position, cell in enumerate(cells):
                if position == self._card_at:
                    continue
                masked = cards.mask(cell, own if is_valid else "")
                if masked != cell:
                    cells[position] = masked
                    reasons.append(f"card_number_in_wrong_column:{self._name(position)}")
        if self._card_at is not None:
            if is_valid:
                cells[self._card_at] = f"{cards.token(self._card_key, own)},{own[-4:]}"
            else:
                cells[self._card_at] = ","
                if own:
                    reasons.append("invalid_card_number")
        return cells

    def _stored(self, cells: list[str]) -> str:
        at = self._card_at
        if self._extra:
            cells = [cell for place, cell in enumerate(cells) if place not in self._extra]
            if at is not None:
                at -= sum(1 for place in self._extra if place < at)
        joined = ",".join(cells)
        commas = len(cells) - 1 + (at is not None)
        if joined.count(",") == commas and not _MUST_QUOTE.search(joined):
            return joined
        if at is not None:
            return ",".join(
                [cell if place == at else _quoted(cell) for place, cell in enumerate(cells)]
            )
        self._writer.writerow(cells)
        return self._line_buffer.text.removesuffix(LINE_END)

    def _unreadable(self, record: Record) -> bytes:
        """A row whose cells cannot be told apart: all columns null, the cells kept in extra."""
        cells = []
        reasons = []
        for code, position in record.problems:
            reasons.append(code if position is None else f"{code}:{self._name(position)}")
        if len(record.cells) != self._width and not any(
            problem.position is None for problem in record.problems
        ):
            reasons.append(f"cell_count:{len(record.cells)}_instead_of_{self._width}")
        for cell in record.cells:
            text, _ = clean(cell.strip())
            if self._watches_cards:
                hidden = cards.hide_all(text)
                if hidden != text:
                    reasons.append("card_number_in_unreadable_row")
                text = hidden
            else:
                text = self._masked(text)
            cells.append(text)
        width = len(self.copy_columns) - len(_FIRST_COLUMNS)
        return self._line(record.line_no, {"cells": cells}, reasons, "," * (width - 1))

    def _line(
        self,
        line_no: int,
        extra: dict[str, str] | dict[str, list[str]],
        reasons: list[str],
        stored: str,
    ) -> bytes:
        kept = _quoted(json.dumps(extra, ensure_ascii=False)) if extra else ""
        error = _quoted(";".join(dict.fromkeys(reasons))) if reasons else ""
        return f"{self._prefix}{line_no},{kept},{error},{stored}{LINE_END}".encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if "," in cell or _MUST_QUOTE.search(cell) else cell
