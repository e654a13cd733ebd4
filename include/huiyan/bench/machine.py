"""What a figure was measured on."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg

SETTINGS = (
    "shared_buffers",
    "work_mem",
    "maintenance_work_mem",
    "effective_cache_size",
    "max_wal_size",
    "max_parallel_workers_per_gather",
    "jit",
    "fsync",
    "synchronous_commit",
    "wal_level",
)


@dataclass(frozen=True)
class Machine:
    """The machine, the programs and the settings of one run.

    Attributes:
        cores: processors this process may use.
        memory_bytes: main memory, None where the system does not say.
        load_before: load average of the last minute when the run began, None likewise.
        settings: PostgreSQL settings by name, with their units.
    """

    processor: str
    cores: int
    memory_bytes: int | None
    load_before: float | None
    python: str
    postgresql: str
    duckdb: str
    dbt: str
    settings: dict[str, str]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


def load_average() -> float | None:
    """Load average of the last minute; None where the system does not say."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def describe(connection: psycopg.Connection, load_before: float | None) -> Machine:
    """Describe this machine and the server behind `connection`."""
    rows = connection.execute(
        "select name, current_setting(name) from pg_settings where name = any(%s)",
        [list(SETTINGS)],
    ).fetchall()
    found: dict[str, str] = dict(rows)
    server = connection.execute("select current_setting('server_version')").fetchone()
    return Machine(
        processor=_processor(),
        cores=_cores(),
        memory_bytes=_memory(),
        load_before=load_before,
        python=platform.python_version(),
        postgresql=server[0] if server else "unknown",
        duckdb=version("duckdb"),
        dbt=version("dbt-core"),
        settings={name: found[name] for name in SETTINGS if name in found},
    )
