"""A district's own reviewed facts about its units, kept outside the repository.

`<HUIYAN_HOME>/reviewed/unit_crosswalk.csv` has the columns of the seed `unit_crosswalk`; its rows
stand beside the seed's. The file is optional.
"""

import csv
import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from huiyan.errors import ConfigurationError
from huiyan.settings import Settings

COLUMNS = (
    "finance_agency_code",
    "treasury_agency_code",
    "decision",
    "books_kept_by_finance_agency_code",
    "reason",
    "approved_by",
    "approved_on",
)


def crosswalk_file(settings: Settings) -> Path:
    """Where the district keeps its reviewed pairs of users; the file may not exist."""
    return settings.home_dir / "reviewed" / "unit_crosswalk.csv"


def fingerprint(settings: Settings) -> str:
    """Changes when the reviewed facts change; "" without any."""
    path = crosswalk_file(settings)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def rows(settings: Settings) -> list[tuple[str | None, ...]]:
    """The reviewed facts in the order of COLUMNS; none without a file.

    Raises:
        ConfigurationError: the file lacks a column.
    """
    path = crosswalk_file(settings)
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise ConfigurationError(f"{path} lacks the column(s) {', '.join(missing)}.")
        return [tuple(row[name] or None for name in COLUMNS) for row in reader]


def load(connection: psycopg.Connection, settings: Settings) -> int:
    """Add the reviewed facts to the freshly loaded seed; the number of rows added.

    Raises:
        ConfigurationError: the file lacks a column.
    """
    found = rows(settings)
    if not found:
        return 0
    statement = sql.SQL("insert into reference.unit_crosswalk ({}) values ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        sql.SQL(", ").join([sql.Placeholder()] * (len(COLUMNS) - 1) + [sql.SQL("%s::date")]),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, found)
    return len(found)
