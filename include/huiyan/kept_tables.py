"""Tables that people keep as CSV: the seeds of the repository and a district's reviewed lists.

A comma that somebody forgot to put in quotes moves everything after it by one column: such a line
is refused, never read as far as it goes.
"""

import csv
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
            the first ones are named, the others counted. Two columns of one name likewise.
    """
    rows, wrong = [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            heading = next(reader, [])
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


def _counted(fields: int, heading: int) -> str:
    noun = "field" if fields == 1 else "fields"
    advice = (
        "put a text with commas in quotes"
        if fields > heading
        else "a field that is empty needs its comma too"
    )
    return f"has {fields} {noun}, the heading {heading}; {advice}"
