"""Fixtures shared by all tests: a real PostgreSQL, a fresh migrated database per test."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from huiyan.settings import Settings
from huiyan.warehouse import embedded
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate
from huiyan.warehouse.migrate import migrate
from warehouses import Snapshot, Warehouses, database_name, superuser, url

TEMPLATE = "huiyan_template"


@pytest.fixture(scope="session")
def postgres() -> Iterator[embedded.Server]:
    """The embedded PostgreSQL of this test run.

    Not below pytest's own temporary folder: the next pytest to start would shut it to the system
    user that the server runs as.
    """
    with tempfile.TemporaryDirectory(prefix="huiyan-test-") as home:
        settings = Settings(home=Path(home))
        server = embedded.start(settings)
        with superuser(server) as connection:
            # No test takes the machine's power away, and what is built is analysed as it is built.
            connection.execute("alter system set fsync = off")
            connection.execute("alter system set autovacuum = off")
            connection.execute("select pg_reload_conf()")
        yield server
        embedded.stop(settings)


@pytest.fixture(scope="session")
def empty_warehouse(
    postgres: embedded.Server, tmp_path_factory: pytest.TempPathFactory
) -> Snapshot:
    """A migrated database with the seeds and every model made in it, which tests copy.

    Made under the name that most copies get: what dbt has parsed holds for one database name.
    """
    draft = database_name(0)
    folder = tmp_path_factory.mktemp("empty")
    settings = Settings(home=folder / "work", warehouse_url=url(postgres, draft))
    with superuser(postgres) as connection:
        connection.execute(f"create database {draft}")
        migrate(settings)
        evaluate(date(2025, 1, 1), settings)
        with connect(settings) as owner:
            owner.execute(
                "truncate ops.evaluation, marts.fct_rule_run, marts.fct_rule_hit_spell,"
                " marts.fct_rule_hit"
            )
        connection.execute(f"alter database {draft} rename to {TEMPLATE}")
    parsed = Path("dbt") / draft / "partial_parse.msgpack"
    (folder / "home" / parsed).parent.mkdir(parents=True)
    shutil.copy(settings.home_dir / parsed, folder / "home" / parsed)
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
