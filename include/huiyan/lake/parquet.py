"""Tables of the warehouse as Parquet files, and views of the same names over them in DuckDB."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from huiyan.errors import WarehouseError

TYPES = {
    "bigint": "bigint",
    "boolean": "boolean",
    "date": "date",
    "integer": "integer",
    "jsonb": "json",
    "numeric": "decimal(18, 2)",
    "text": "varchar",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}
COLUMNS = """
    select column_name, data_type
    from information_schema.columns
    where table_schema = %s and table_name = %s
    order by ordinal_position
"""
TABLES = """
    select t.table_schema, t.table_name, array_agg(array[c.column_name, c.data_type]::text[]
        order by c.ordinal_position)
    from information_schema.tables as t
    inner join information_schema.columns as c
        on t.table_schema = c.table_schema and t.table_name = c.table_name
    where t.table_schema = any(%s)
    group by t.table_schema, t.table_name
    order by t.table_schema, t.table_name
"""


@dataclass(frozen=True)
class Table:
    """A table of the warehouse; `columns` are pairs of name and PostgreSQL type, in order."""

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def relation(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"


def tables(connection: psycopg.Connection, *schemas: str) -> list[Table]:
    """The tables and views of `schemas` that the role may read, in the order of their names."""
    rows = connection.execute(TABLES, [list(schemas)]).fetchall()
    return [
        Table(schema, name, tuple((column, kind) for column, kind in columns))
        for schema, name, columns in rows
    ]


def view(connection: psycopg.Connection, schema: str, name: str) -> Table:
    """A view as if it were a table."""
    return Table(schema, name, tuple(connection.execute(COLUMNS, (schema, name)).fetchall()))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def write(
    connection: psycopg.Connection, lake: duckdb.DuckDBPyConnection, table: Table, target: Path
) -> int:
    """Write a table as the Parquet file `target`, by way of CSV; the number of rows.

    A file that is there is one that was written to its end.

    Raises:
        WarehouseError: the copy does not hold as many rows as the table.
    """
    csv, draft = target.with_suffix(".csv"), target.with_suffix(".new")
    connection.execute("set datestyle = 'ISO, YMD'")
    command = sql.SQL("copy (select * from {}) to stdout (format csv)").format(
        sql.Identifier(table.schema, table.name)
    )
    cursor = connection.cursor()
    try:
        with csv.open("wb") as handle, cursor.copy(command) as copy:
            for block in copy:
                handle.write(block)
        lake.read_csv(
            str(csv),
            header=False,
            columns={name: TYPES.get(kind, "varchar") for name, kind in table.columns},
            auto_detect=False,
            delimiter=",",
            quotechar='"',
            escapechar='"',
            na_values="",
            allow_quoted_nulls=False,
        ).write_parquet(str(draft))
        found = lake.execute(f"select count(*) from read_parquet({_literal(str(draft))})")  # noqa: S608
        (rows,) = found.fetchone() or (None,)
        if rows != cursor.rowcount:
            raise WarehouseError(
                f"{table.relation} has {cursor.rowcount} rows, its Parquet copy {rows}: "
                "the copy for DuckDB is wrong; report it with the table's name."
            )
        draft.rename(target)
    finally:
        csv.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
    return cursor.rowcount


def show(
    lake: duckdb.DuckDBPyConnection, relation: str, path: Path, *, as_table: bool = False
) -> None:
    """Put a view, or a table, named `relation` (`schema.name`) over the Parquet file."""
    schema, name = relation.split(".")
    kind = "table" if as_table else "view"
    lake.execute(f'create schema if not exists "{schema}"')
    lake.execute(f'create {kind} "{schema}"."{name}" as from read_parquet({_literal(str(path))})')
