"""Which column of the contract each header cell names."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from huiyan.errors import ContractError, FeedError
from huiyan.feeds import cards
from huiyan.feeds.cells import BYTE_ORDER_MARK, MOST_COLUMNS
from huiyan.feeds.contract import Column, FeedContract

# What the errors of a header say; who tells the sender of a form knows them by it.
NO_HEADINGS = "none of the headings"
MISSING = "missing required columns"
TWICE = "both mean"
SHEET = "sheet"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Layout:
    """The columns of one file, in its own order.

    Attributes:
        columns: the contract's column at each position; None for an unknown extra column.
        names: canonical name, or the header cell as sent (made unique) for an extra column.
        headers: the header cells as sent, trimmed.
    """

    columns: tuple[Column | None, ...]
    names: tuple[str, ...]
    headers: tuple[str, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the extra columns; a nameless one without content is not a column."""
        return tuple(
            name for name, column in zip(self.names, self.columns, strict=True) if column is None
        )


def normalise(cell: str) -> str:
    """A header cell without byte-order mark, surrounding spaces, width and case."""
    return unicodedata.normalize("NFKC", cell.replace(BYTE_ORDER_MARK, "").strip()).casefold()


def _spellings(contract: FeedContract) -> dict[str, Column]:
    spellings: dict[str, Column] = {}
    for column in contract.columns:
        for header in column.headers:
            known = spellings.setdefault(normalise(header), column)
            if known is not column:
                raise ContractError(
                    f"Feed {contract.name}: header {header!r} names both {known.name} "
                    f"and {column.name}."
                )
    return spellings


def _listed(columns: list[Column]) -> str:
    return ", ".join(f"{column.name} ({column.label})" for column in columns)


def resolve(
    contract: FeedContract, cells: list[str], file_name: str, *, complete: bool = True
) -> Layout:
    """Match the header cells of `file_name` with the contract.

    Args:
        complete: whether a required column that is not named is an error (XML rows may leave
            empty elements out, so there it is checked at the end).

    Raises:
        FeedError: a column is named twice, a required one is missing, or there are too many.
    """
    filled = sum(1 for cell in cells if cell.strip())
    if filled > MOST_COLUMNS:
        raise FeedError(
            f"{file_name}: its heading names {filled:,} columns, over {MOST_COLUMNS:,}. Send those "
            f"of {contract.name} only."
        )
    spellings = _spellings(contract)
    columns: list[Column | None] = []
    names: list[str] = []
    taken: set[str] = set()
    found: dict[str, str] = {}
    for position, cell in enumerate(cells, start=1):
        column = spellings.get(normalise(cell))
        columns.append(column)
        sent = cell.replace(BYTE_ORDER_MARK, "").strip()[:100]
        shown = _CONTROL.sub("�", cards.hide_all(sent))
        if column is None:
            name = shown or f"column_{position}"
            while name in taken:
                name += "_"
            names.append(name)
            taken.add(name)
            continue
        if column.name in found:
            raise FeedError(
                f"{file_name}: columns {found[column.name]!r} and {shown!r} {TWICE} "
                f"{column.name}; send each column once."
            )
        found[column.name] = shown
        names.append(column.name)
        taken.add(column.name)
    layout = Layout(tuple(columns), tuple(names), tuple(normalise(cell) for cell in cells))
    if complete:
        require(contract, layout, file_name)
    return layout


def require(contract: FeedContract, layout: Layout, file_name: str) -> None:
    """Raise FeedError if a required column is not in `layout`."""
    missing = [
        column for column in contract.columns if column.required and column not in layout.columns
    ]
    if not missing:
        return
    if contract.is_form and not any(layout.columns):
        raise FeedError(f"{file_name}: {NO_HEADINGS} are those of {contract.name}.")
    message = f"{file_name}: {MISSING} {_listed(missing)}."
    if layout.unknown:
        message += f" Not understood: {', '.join(map(repr, layout.unknown[:20]))}."
    if len(layout.columns) == 1:
        message += " The header has a single cell: columns must be separated by commas."
    raise FeedError(f"{message} Correct the header and send the day again.")


def namer(contract: FeedContract) -> Callable[[list[str]], list[str | None]]:
    """Says which column of the contract each of some header cells names."""
    names = {spelling: column.name for spelling, column in _spellings(contract).items()}
    return lambda cells: [names.get(normalise(cell)) for cell in cells]
