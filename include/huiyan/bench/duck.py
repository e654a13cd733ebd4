"""The same models on DuckDB: the warehouse's staging data as Parquet, then dbt with that target."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import psycopg

from huiyan.bench import layers
from huiyan.lake import dbt, parquet
from huiyan.settings import Settings

LAYERS = ("intermediate", "rules", "history", "patterns")
# What the rules stand on: the register of alerts is looked at where it is kept.
SELECTED = ("+rules,intermediate", "+patterns,intermediate", "rules", "history", "patterns")
EXPORTED_SCHEMAS = ("staging", "ops", "history")
THREADS = 2


@dataclass(frozen=True)
class Exported:
    """What was written as Parquet: rows and bytes of all tables together."""

    tables: int
    rows: int
    bytes: int


def export(connection: psycopg.Connection, database: Path) -> Exported:
    """Write staging, ops and history as Parquet beside a new DuckDB file that shows them.

    What models add to becomes a table: history goes on from where the warehouse's stands.

    Raises:
        WarehouseError: a copy does not hold as many rows as its table.
    """
    folder = database.parent
    folder.mkdir(parents=True, exist_ok=True)
    for stale in (*folder.glob("*.parquet"), *folder.glob("*.csv"), *folder.glob("*.duckdb*")):
        stale.unlink()
    tables = parquet.tables(connection, *EXPORTED_SCHEMAS)
    rows = size = 0
    with duckdb.connect(str(database), config={"threads": THREADS}) as lake:
        for table in tables:
            target = folder / f"{table.relation}.parquet"
            rows += parquet.write(connection, lake, table, target)
            parquet.show(lake, table.relation, target, as_table=table.schema in LAYERS)
            size += target.stat().st_size
    return Exported(len(tables), rows, size)


def build(database: Path, business_date: date, settings: Settings) -> list[layers.NodeRun]:
    """Build the layers above staging in the DuckDB file and return what each model took.

    Raises:
        WarehouseError: dbt failed; the message carries the end of what it said.
    """
    target = dbt.run(
        ["build", "--exclude-resource-type=unit_test", "--select", "path:seeds", *SELECTED],
        business_date=business_date.isoformat(),
        folder=database.parent,
        database=str(database),
        settings=settings,
    )
    runs = layers.read(target / "run_results.json")
    return [run for run in runs if run.layer in LAYERS]
