"""Tables that people keep as CSV: the seeds of the repository and a district's reviewed lists.

A comma that somebody forgot to put in quotes moves everything after it by one column: such a line
is refused, never read as far as it goes.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from huiyan.errors import ConfigurationError

SHOWN = 20


@dataclass(frozen=True)
class Row:
    """One row: the file and line in which it begins, and its cells by the heading's names."""

    where: str
    cells: dict[str, str]


def read(path: Path) -> tuple[list[str], list[Row]]:
    """The heading and the rows of the file; blank lines are none.

    Raises:
        ConfigurationError: it is not UTF-8, or lines have more or fewer fields than the heading;
            the first ones are named, the others counted. Two columns of one name likewise, a
            heading that is not in the first line, and what is no text.
    """
    rows, wrong = [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(_lines(handle, path), strict=True)
            heading = next(reader, [])
            if not any(map(str.strip, heading)):
                raise ConfigurationError(
                    f"{path}, line 1: the heading is missing; it stands in the first line, with "
                    "nothing above it."
                )
            line_no = reader.line_num + 1
            for cells in reader:
                where = f"{path}, line {line_no}"
                line_no = reader.line_num + 1
                if not cells:
                    continue
                if len(cells) != len(heading):
                    wrong.append(f"{where}: {_counted(len(cells), len(heading))}")
                rows.append(Row(where, dict(zip(heading, cells, strict=False))))
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8: save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise ConfigurationError(
            f"{path}, from line {line_no} on: {error}. Is a quotation mark not closed?"
        ) from error
    if twice := [name for name in dict.fromkeys(heading) if heading.count(name) > 1]:
        raise ConfigurationError(f"{path}: the heading names {', '.join(map(repr, twice))} twice.")
    if wrong:
        more = f". And {len(wrong) - SHOWN:,} lines more" if len(wrong) > SHOWN else ""
        raise ConfigurationError(f"{'. '.join(wrong[:SHOWN])}{more}. Nothing of the file is taken.")
    return heading, rows


def _lines(handle: Iterable[str], path: Path) -> Iterator[str]:
    """The lines.

    Raises:
        ConfigurationError: a line holds a NUL byte, or begins with a byte order mark beside that of
            the file, which would make its first cell another one.
    """
    for number, line in enumerate(handle, start=1):
        found = "holds a NUL byte" if "\0" in line else ""
        if line.startswith("\ufeff"):
            found = "begins with a byte order mark (U+FEFF) too many"
        if found:
            raise ConfigurationError(
                f"{path}, line {number}: {found}. Save the file anew as CSV in UTF-8."
            )
        yield line


def _counted(fields: int, heading: int) -> str:
    noun = "field" if fields == 1 else "fields"
    advice = (
        "put a text with commas in quotes"
        if fields > heading
        else "a field that is empty needs its comma too"
    )
    return f"has {fields} {noun}, the heading {heading}; {advice}"
