"""A district's own reviewed lists, kept outside the repository.

`<HUIYAN_HOME>/reviewed/` may hold files with the names and columns of these seeds:

- `unit_crosswalk.csv`, `alert_suppression.csv`: its rows stand beside the seed's;
- `rule_status.csv`: its rows of a rule replace all of the seed's of that rule;
- `matter_responsibility.csv`: its rows of a class of matter replace the seed's of that class.

Each file is optional.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from huiyan import kept_tables
from huiyan.errors import ConfigurationError
from huiyan.settings import REPOSITORY, Settings

SEEDS = REPOSITORY / "dbt_project" / "seeds"


@dataclass(frozen=True, eq=False)
class ReviewedList:
    """A seed a district may have rows of its own for.

    Attributes:
        seed: its file in the repository. columns: name → SQL type.
        replaces: the column whose values a district's rows take over as a whole; None if they
            stand beside the seed's.
    """

    seed: Path
    columns: dict[str, LiteralString]
    replaces: str | None = None

    @property
    def name(self) -> str:
        """The seed's name, also that of its table in the schema `reference`."""
        return self.seed.stem

    def own_file(self, settings: Settings) -> Path:
        """Where the district keeps its rows; the file may not exist."""
        return settings.home_dir / "reviewed" / self.seed.name


@dataclass(frozen=True)
class Line:
    """One line of a reviewed list: where it stands and its cells, empty ones as None."""

    where: str
    cells: dict[str, str | None]


CROSSWALK = ReviewedList(
    SEEDS / "unit_crosswalk.csv",
    {
        "finance_agency_code": "text",
        "treasury_agency_code": "text",
        "decision": "text",
        "books_kept_by_finance_agency_code": "text",
        "reason": "text",
        "approved_by": "text",
        "approved_on": "date",
    },
)
EXCEPTIONS = ReviewedList(
    SEEDS / "alerts" / "alert_suppression.csv",
    {
        "rule_id": "text",
        "subject_id": "text",
        "unit_id": "text",
        "reason": "text",
        "approved_by": "text",
        "valid_from": "date",
        "valid_to": "date",
    },
)
RULE_STATUS = ReviewedList(
    SEEDS / "rules" / "rule_status.csv",
    {
        "rule_id": "text",
        "version": "integer",
        "status": "text",
        "valid_from": "date",
        "made_by": "text",
        "approved_by": "text",
        "reason": "text",
    },
    replaces="rule_id",
)
RESPONSIBILITIES = ReviewedList(
    SEEDS / "supervision" / "matter_responsibility.csv",
    {
        "matter_class": "text",
        "department": "text",
        "role": "text",
        "source": "text",
        "verified": "text",
    },
    replaces="matter_class",
)
LISTS = (CROSSWALK, EXCEPTIONS, RULE_STATUS, RESPONSIBILITIES)


def fingerprint(settings: Settings) -> str:
    """Changes when the district's own lists change; "" without any."""
    digest = hashlib.sha256()
    present = [each for each in LISTS if each.own_file(settings).exists()]
    for each in present:
        digest.update(each.name.encode())
        digest.update(hashlib.sha256(each.own_file(settings).read_bytes()).digest())
    return digest.hexdigest() if present else ""


def _read(path: Path, columns: Sequence[str]) -> list[Line]:
    heading, rows = kept_tables.read(path)
    missing = [name for name in columns if name not in heading]
    if missing:
        raise ConfigurationError(f"{path} lacks the column(s) {', '.join(missing)}.")
    return [
        Line(row.where, {name: row.cells[name].strip() or None for name in columns}) for row in rows
    ]


def own_lines(reviewed: ReviewedList, settings: Settings) -> list[Line]:
    """The district's own lines, none without a file.

    Raises:
        ConfigurationError: the file lacks a column, is not UTF-8, or a line has more or fewer
            fields than its heading.
    """
    path = reviewed.own_file(settings)
    return _read(path, tuple(reviewed.columns)) if path.exists() else []


def shipped_lines(reviewed: ReviewedList) -> list[Line]:
    """The seed's lines."""
    return _read(reviewed.seed, tuple(reviewed.columns))


def effective_lines(reviewed: ReviewedList, settings: Settings) -> list[Line]:
    """The lines that count: the seed's and the district's, or those in their place."""
    own = own_lines(reviewed, settings)
    key = reviewed.replaces
    replaced = {line.cells[key] for line in own} if key else set()
    return [
        line for line in shipped_lines(reviewed) if not key or line.cells[key] not in replaced
    ] + own


def load(connection: psycopg.Connection, settings: Settings) -> int:
    """Put the district's lines into the freshly loaded seeds; the number of lines put in.

    Raises:
        ConfigurationError: a file cannot be read (`own_lines`).
    """
    lines = {each: own_lines(each, settings) for each in LISTS if each.own_file(settings).exists()}
    with connection.transaction(), connection.cursor() as cursor:
        for each, own in lines.items():
            table = sql.Identifier("reference", each.name)
            if each.replaces:
                cursor.execute(
                    sql.SQL("delete from {} where {} = any(%s)").format(
                        table, sql.Identifier(each.replaces)
                    ),
                    [[line.cells[each.replaces] for line in own]],
                )
            cursor.executemany(
                sql.SQL("insert into {} ({}) values ({})").format(
                    table,
                    sql.SQL(", ").join(map(sql.Identifier, each.columns)),
                    sql.SQL(", ").join(
                        sql.SQL("cast(%s as {})").format(sql.SQL(kind))
                        for kind in each.columns.values()
                    ),
                ),
                [tuple(line.cells.values()) for line in own],
            )
    return sum(map(len, lines.values()))
