"""What a brief says, before it is a page or a mail."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from huiyan.delivery.neutralise import neutralised, one_line

LONGEST_TEXT = 400
Cell = str | int | None


@dataclass(frozen=True)
class Table:
    """Rows under headings; a cell is a text as it was found, a number, or None for what is unknown.

    Attributes:
        title: what the rows are.
        alarming: numbers of the rows that need a person.
        left_out: rows that there are beyond these.
    """

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    alarming: frozenset[int] = frozenset()
    left_out: int = 0


@dataclass(frozen=True)
class Section:
    """One subject of the brief.

    Attributes:
        key: its anchor, letters only.
        said: sentences.
        needs: what a person has to do, one sentence each.
        tables: those without rows are left out.
    """

    key: str
    title: str
    said: Sequence[str] = ()
    needs: Sequence[str] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Brief:
    """The brief of one business date. It says nothing of when or where it was made."""

    business_date: date
    district: str
    sections: Sequence[Section] = field(default_factory=list)

    @property
    def needs(self) -> list[tuple[Section, str]]:
        """All that a person has to do, with the section that tells more."""
        return [(section, need) for section in self.sections for need in section.needs]

    @property
    def title(self) -> str:
        """Its heading."""
        return f"Operations brief {self.business_date}"


def shown(cell: Cell) -> str:
    """A cell as it is read: one line, and no formula for whoever copies it into a spreadsheet."""
    if cell is None:
        return "—"
    if isinstance(cell, int):
        return f"{cell:,}"
    return neutralised(one_line(cell, LONGEST_TEXT))


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """`1 feed`, `2 feeds`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
