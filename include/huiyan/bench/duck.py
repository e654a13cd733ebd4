"""The same models on DuckDB: the warehouse's staging data as Parquet, then dbt with that target."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from huiyan.bench import layers
from huiyan.errors import WarehouseError
from huiyan.settings import REPOSITORY, Settings

PROJECT = REPOSITORY / "dbt_project"
LAYERS = ("intermediate", "rules", "history", "patterns")
EXPORTED_SCHEMAS = ("staging", "ops", "history")
THREADS = 2
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
TABLES = """
    select t.table_schema, t.table_name, array_agg(array[c.column_name, c.data_type]::text[]
        order by c.ordinal_position)
    from information_schema.tables as t
    inner join information_schema.columns as c
        on t.table_schema = c.table_schema and t.table_name = c.table_name
    where t.table_type = 'BASE TABLE' and t.table_schema = any(%s)
    group by t.table_schema, t.table_name
    order by t.table_schema, t.table_name
"""


@dataclass(frozen=True)
class Exported:
    """What was written as Parquet: rows and bytes of all tables together."""

    tables: int
    rows: int
    bytes: int


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _export_table(
    connection: psycopg.Connection,
    lake: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    columns: list[list[str]],
    folder: Path,
) -> tuple[int, Path]:
    """Write one table as Parquet by way of CSV and put a view of the same name over it.

    What models add to becomes a table: history goes on from where the warehouse's stands.
    """
    draft = folder / f"{schema}.{table}.csv"
    target = folder / f"{schema}.{table}.parquet"
    command = sql.SQL("copy {} to stdout (format csv)").format(sql.Identifier(schema, table))
    cursor = connection.cursor()
    with draft.open("wb") as handle, cursor.copy(command) as copy:
        for block in copy:
            handle.write(block)
    lake.read_csv(
        str(draft),
        header=False,
        columns={name: TYPES.get(kind, "varchar") for name, kind in columns},
        auto_detect=False,
        delimiter=",",
        quotechar='"',
        escapechar='"',
        na_values="",
        allow_quoted_nulls=False,
    ).write_parquet(str(target))
    draft.unlink()
    view = f'"{schema}"."{table}"'
    lake.execute(f'create schema if not exists "{schema}"')
    kind = "table" if schema in LAYERS else "view"
    lake.execute(f"create {kind} {view} as from read_parquet({_quoted(str(target))})")
    found = lake.execute(f"select count(*) from {view}").fetchone()  # noqa: S608
    if found is None or found[0] != cursor.rowcount:
        raise WarehouseError(
            f"{schema}.{table} has {cursor.rowcount} rows, its Parquet copy {found}: "
            "the benchmark's copy for DuckDB is wrong; report it with the table's name."
        )
    return cursor.rowcount, target


def export(connection: psycopg.Connection, database: Path) -> Exported:
    """Write staging, ops and history as Parquet beside a new DuckDB file that shows them.

    Raises:
        WarehouseError: a copy does not hold as many rows as its table.
    """
    folder = database.parent
    folder.mkdir(parents=True, exist_ok=True)
    for stale in (*folder.glob("*.parquet"), *folder.glob("*.csv"), *folder.glob("*.duckdb*")):
        stale.unlink()
    connection.execute("set datestyle = 'ISO, YMD'")
    tables = connection.execute(TABLES, [list(EXPORTED_SCHEMAS)]).fetchall()
    rows = size = 0
    with duckdb.connect(str(database), config={"threads": THREADS}) as lake:
        for schema, table, columns in tables:
            written, path = _export_table(connection, lake, schema, table, columns, folder)
            rows += written
            size += path.stat().st_size
    return Exported(len(tables), rows, size)


def _dbt(
    arguments: list[str], database: Path, business_date: date, settings: Settings
) -> list[layers.NodeRun]:
    target = database.parent / "target"
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "--quiet",
        "--no-use-colors",
        *arguments,
        f"--project-dir={PROJECT}",
        f"--profiles-dir={PROJECT}",
        f"--target-path={target}",
        f"--log-path={database.parent / 'logs'}",
        "--target=duckdb",
    ]
    result = subprocess.run(
        command,
        env={
            **os.environ,
            "HUIYAN_DUCKDB_PATH": str(database),
            "HUIYAN_BUSINESS_DATE": business_date.isoformat(),
            "HUIYAN_DISTRICT": settings.district,
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise WarehouseError(
            f"dbt {' '.join(arguments)} failed on DuckDB: {(result.stdout + result.stderr)[-4000:]}"
        )
    return layers.read(target / "run_results.json")


def build(database: Path, business_date: date, settings: Settings) -> list[layers.NodeRun]:
    """Build the layers above staging in the DuckDB file and return what each model took.

    Raises:
        WarehouseError: dbt failed; the message carries the end of what it said.
    """
    runs = _dbt(
        ["build", "--exclude-resource-type=unit_test", "--select", "path:seeds", *LAYERS],
        database,
        business_date,
        settings,
    )
    return [run for run in runs if run.layer in LAYERS]
