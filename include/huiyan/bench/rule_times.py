"""What each rule takes by itself: its view's rows into a temporary table, on either database."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from huiyan.rules.catalogue import load_rules


def _timed(execute: Callable[[str], Any]) -> dict[str, float]:
    seconds = {}
    for rule in load_rules().values():
        began = time.perf_counter()
        execute(f"create temporary table found as select * from {rule.layer}.{rule.model}")  # noqa: S608
        seconds[rule.id] = time.perf_counter() - began
        execute("drop table found")
    return seconds


def on_postgresql(connection: psycopg.Connection, business_date: date) -> dict[str, float]:
    """Seconds by rule id in the warehouse of `connection`."""
    connection.execute(
        "select set_config('huiyan.business_date', %s, true)", (business_date.isoformat(),)
    )
    return _timed(lambda statement: connection.execute(statement.encode()))


def on_duckdb(database: Path, threads: int) -> dict[str, float]:
    """Seconds by rule id in a DuckDB file whose models are built."""
    with duckdb.connect(str(database), read_only=True, config={"threads": threads}) as lake:
        return _timed(lake.execute)
