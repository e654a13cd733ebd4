"""Fixtures shared by all tests: a real PostgreSQL, a fresh migrated database per test."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from huiyan.settings import Settings
from huiyan.warehouse import embedded
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import load_seeds
from huiyan.warehouse.migrate import migrate
from warehouses import Warehouses, database_name, superuser, url

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
def template_database(postgres: embedded.Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database with the seeds in it, which tests copy.

    Made under the name that most copies get: what dbt has parsed holds for one database name.
    """
    draft = database_name(0)
    settings = Settings(
        home=tmp_path_factory.mktemp("template"), warehouse_url=url(postgres, draft)
    )
    with superuser(postgres) as connection:
        connection.execute(f"create database {draft}")
        migrate(settings)
        with connect(settings, role="huiyan_build", autocommit=True) as build:
            load_seeds(build, date(2025, 9, 1), settings)
        connection.execute(f"alter database {draft} rename to {TEMPLATE}")
    return TEMPLATE


@pytest.fixture
def another_warehouse(
    postgres: embedded.Server, template_database: str, tmp_path: Path
) -> Iterator[Callable[[], Settings]]:
    """Makes fresh, migrated, empty warehouses that share one landing zone.

    Each call points the environment at a new database, home and outbox and returns its settings.
    """
    warehouses = Warehouses(postgres, template_database, tmp_path)
    yield warehouses.make
    warehouses.drop()


@pytest.fixture
def warehouse(another_warehouse: Callable[[], Settings]) -> Settings:
    """Settings of a fresh, migrated, empty warehouse with its own home, landing and outbox."""
    return another_warehouse()
