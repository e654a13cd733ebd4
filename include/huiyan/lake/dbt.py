"""dbt with the target `duckdb`, in a process of its own: one process serves one adapter."""

import os
import subprocess
import sys
from pathlib import Path

from huiyan.errors import WarehouseError
from huiyan.settings import Settings
from huiyan.warehouse.dbt import PROJECT

IN_MEMORY = ":memory:"


def run(
    arguments: list[str], *, business_date: str, folder: Path, database: str, settings: Settings
) -> Path:
    """Run one dbt command and return the folder with what it wrote (`target` in `folder`).

    Args:
        arguments: the command and its own options.
        business_date: YYYY-MM-DD, or `variable` if the SQL is to read the DuckDB variable
            `business_date`.
        folder: where dbt keeps what it writes, its parsed project included.
        database: path of the DuckDB file, or IN_MEMORY.

    Raises:
        WarehouseError: dbt failed; the message carries the end of what it said.
    """
    target = folder / "target"
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "dbt.cli.main",
        "--quiet",
        "--no-use-colors",
        *arguments,
        f"--project-dir={PROJECT}",
        f"--profiles-dir={PROJECT}",
        f"--target-path={target}",
        f"--log-path={folder / 'logs'}",
        "--target=duckdb",
    ]
    result = subprocess.run(
        command,
        env={
            **os.environ,
            "HUIYAN_DUCKDB_PATH": database,
            "HUIYAN_BUSINESS_DATE": business_date,
            "HUIYAN_DISTRICT": settings.district,
            "DBT_WRITE_JSON": "true",
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
    return target
