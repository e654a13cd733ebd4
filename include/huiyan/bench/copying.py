"""The yardstick of landing: COPY of the same files into plain text tables, and nothing else."""

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from huiyan.bench.clock import timed
from huiyan.errors import ConfigurationError

BLOCK = 1 << 20
SCHEMA = "yardstick"


@dataclass(frozen=True)
class Copied:
    """What bare COPY did with one feed's files.

    Attributes:
        bytes: size of the files. seconds: wall time of COPY and commit.
        cpu_seconds: processor time of both sides of it, None where not known.
    """

    feed: str
    rows: int
    bytes: int
    seconds: float
    cpu_seconds: float | None = None


def encoding_of(path: Path) -> str:
    """PostgreSQL's name for the encoding of a CSV file: UTF8 or GB18030."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return "GB18030"
    return "UTF8"


def _header(path: Path, encoding: str) -> list[str]:
    with path.open(encoding={"UTF8": "utf-8-sig"}.get(encoding, encoding), newline="") as handle:
        return next(csv.reader(handle))


def copy_feed(
    connection: psycopg.Connection, feed: str, files: list[Path], postmaster: int | None = None
) -> Copied:
    """COPY the CSV files of one feed into one table per file and commit; the tables are dropped.

    Args:
        postmaster: process id of the server, for its processor time.

    Raises:
        ConfigurationError: a file is no CSV, which COPY cannot read.
    """
    other = [path.name for path in files if path.suffix.lower() != ".csv"]
    if other or not files:
        raise ConfigurationError(
            f"Feed {feed} has no CSV files to compare with ({', '.join(other) or 'none at all'}): "
            "make the benchmark's district anew (--fresh)."
        )
    encodings = {path: encoding_of(path) for path in files}
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
    tables = [sql.Identifier(SCHEMA, f"{feed}_{number}") for number in range(len(files))]
    for table, path in zip(tables, files, strict=True):
        columns = sql.SQL(", ").join(
            sql.SQL("{} text").format(sql.Identifier(f"c{place}"))
            for place, _ in enumerate(_header(path, encodings[path]))
        )
        connection.execute(sql.SQL("create table {} ({})").format(table, columns))
    connection.commit()
    rows = 0
    with timed(postmaster) as timing:
        for table, path in zip(tables, files, strict=True):
            command = sql.SQL("copy {} from stdin (format csv, header true, encoding {})").format(
                table, sql.Literal(encodings[path])
            )
            cursor = connection.cursor()
            with path.open("rb") as handle, cursor.copy(command) as copy:
                while block := handle.read(BLOCK):
                    copy.write(block)
            rows += cursor.rowcount
        connection.commit()
    for table in tables:
        connection.execute(sql.SQL("drop table {}").format(table))
    connection.commit()
    size = sum(path.stat().st_size for path in files)
    return Copied(feed, rows, size, timing.seconds, timing.cpu_seconds)
