"""Fixtures shared by all tests: a real PostgreSQL, a fresh migrated database per test."""

import fcntl
import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest

from huiyan.settings import Settings
from huiyan.warehouse import dbt, embedded
from huiyan.warehouse.connection import connect
from huiyan.warehouse.dbt import PARSED
from huiyan.warehouse.evaluate import evaluate
from huiyan.warehouse.migrate import migrate
from warehouses import TEMPLATE, Snapshot, Warehouses, database_name, superuser, url

# Servers, homes and landing zones of tests are made in memory where it has room: a database is
# many small files, and on some disks making one takes longer than all that a test does with it.
MEMORY = Path("/dev/shm")
ROOM_BYTES = 8 * 2**30
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

# Parsed projects and generated districts are millions of objects that stay: looked through less
# often than a collector is used to.
gc.set_threshold(50_000, 20, 20)

# A file is one worker's: those that take longest begin first, and the short ones fill the end.
LONGEST_FIRST = (
    "e2e/test_scheduler.py",
    "integration/rules/test_evaluate.py",
    "integration/test_whole_system.py",
    "integration/warehouse/test_staging.py",
    "integration/bench/test_run.py",
    "integration/rules/test_slices.py",
    "e2e/test_killed_run.py",
    "integration/rules/test_dbt.py",
    "integration/backtest/test_backtest.py",
    "integration/demo/test_demo_district.py",
    "unit/demo/test_truth.py",
    "integration/rules/test_killed.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; all else stays in its order."""
    places = {Path(__file__).parent / file: n for n, file in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def _start(settings: Settings) -> embedded.Server:
    server = embedded.start(settings)
    with superuser(server) as connection:
        # No test takes the machine's power away, and what is built is analysed as it is built.
        connection.execute("alter system set fsync = off")
        connection.execute("alter system set full_page_writes = off")
        connection.execute("alter system set autovacuum = off")
        connection.execute("select pg_reload_conf()")
    return server


def _prepare(home: Path) -> None:
    """Make a server with a migrated database in it that has the seeds and every model, stopped.

    In its home remains the project as dbt has parsed it, for the name that most copies get.
    """
    # The server runs as another system user: its folder lies where that user may walk to.
    with tempfile.TemporaryDirectory(prefix="huiyan-test-") as draft:
        settings = Settings(home=Path(draft) / "home")
        server = _start(settings)
        name = database_name(0)
        settings = settings.model_copy(update={"warehouse_url": url(server, name)})
        migrate(settings)
        # What a test before has parsed in this process would not be written for the others.
        with patch.dict(dbt._manifests, clear=True):
            evaluate(date(2025, 1, 1), settings)
        with connect(settings) as owner:
            owner.execute(
                "truncate ops.evaluation, marts.fct_rule_run, marts.fct_rule_hit,"
                " history.rule_spell, history.pattern_spell"
            )
        with superuser(server) as connection:
            connection.execute(f"alter database {name} rename to {TEMPLATE}")
        embedded.stop(settings)
        subprocess.run(["cp", "-a", settings.home_dir, home], check=True)


@pytest.fixture(scope="session")
def prepared_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The home of a stopped server with the template in it, made by the worker that comes first."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder if worker_id == "master" else folder.parent
    home, draft = shared / "server", shared / "server.new"
    with (shared / "server.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not home.exists():
            _prepare(draft)
            draft.rename(home)
    return home


@pytest.fixture(scope="session")
def postgres(prepared_server: Path) -> Iterator[embedded.Server]:
    """This worker's PostgreSQL: a copy of the prepared one.

    Not below pytest's own temporary folder: the next pytest to start would shut it to the system
    user that the server runs as.
    """
    with tempfile.TemporaryDirectory(prefix="huiyan-test-") as folder:
        settings = Settings(home=Path(folder) / "home")
        subprocess.run(["cp", "-a", prepared_server, settings.home_dir], check=True)
        server = _start(settings)
        with superuser(server) as connection:
            connection.execute(f"drop database {database_name(0)}")
        yield server
        embedded.stop(settings)


@pytest.fixture(scope="session")
def parsed_project(prepared_server: Path) -> Callable[[Path], None]:
    """Puts the project as dbt has parsed it into a home, for the name that most databases get."""

    def put(home: Path) -> None:
        parsed = Path("dbt") / database_name(0)
        (home / parsed).mkdir(parents=True)
        for file in (prepared_server / parsed).glob(PARSED.format("*")):
            shutil.copy(file, home / parsed)

    return put


@pytest.fixture(scope="session")
def empty_warehouse(
    postgres: embedded.Server,
    parsed_project: Callable[[Path], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Snapshot:
    """A migrated database with the seeds and every model made in it, which tests copy."""
    folder = tmp_path_factory.mktemp("empty")
    parsed_project(folder / "home")
    return Snapshot(TEMPLATE, folder)


@pytest.fixture
def warehouses(
    postgres: embedded.Server, empty_warehouse: Snapshot, tmp_path: Path
) -> Iterator[Warehouses]:
    """Makes fresh, migrated, empty warehouses that share one landing zone."""
    made = Warehouses(postgres, empty_warehouse, tmp_path)
    yield made
    made.drop()


@pytest.fixture
def another_warehouse(warehouses: Warehouses) -> Callable[[], Settings]:
    """Each call points the environment at a new database, home and outbox."""
    return warehouses.make


@pytest.fixture
def warehouse(another_warehouse: Callable[[], Settings]) -> Settings:
    """Settings of a fresh, migrated, empty warehouse with its own home, landing and outbox."""
    return another_warehouse()
