"""Fixtures shared by all tests: a real PostgreSQL, a fresh migrated database per test."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from huiyan.settings import Settings, get_settings
from huiyan.warehouse import embedded
from huiyan.warehouse.migrate import migrate

TEMPLATE = "huiyan_template"


def _superuser(server: embedded.Server, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        dbname=database,
        autocommit=True,
    )


def _url(server: embedded.Server, database: str) -> str:
    return (
        f"postgresql+psycopg://{server.user}:{server.password}"
        f"@{server.host}:{server.port}/{database}"
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[embedded.Server]:
    """The embedded PostgreSQL of this test run.

    Not below pytest's own temporary folder: the next pytest to start would shut it to the system
    user that the server runs as.
    """
    with tempfile.TemporaryDirectory(prefix="huiyan-test-") as home:
        settings = Settings(home=Path(home))
        server = embedded.start(settings)
        yield server
        embedded.stop(settings)


@pytest.fixture(scope="session")
def template_database(postgres: embedded.Server) -> str:
    """A migrated database that tests copy."""
    with _superuser(postgres) as connection:
        connection.execute(f"create database {TEMPLATE}")
    migrate(Settings(warehouse_url=_url(postgres, TEMPLATE)))
    return TEMPLATE


@pytest.fixture
def another_warehouse(
    postgres: embedded.Server,
    template_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[], Settings]]:
    """Makes fresh, migrated, empty warehouses that share one landing zone.

    Each call points the environment at a new database, home and outbox and returns its settings.
    """
    databases = []

    def make() -> Settings:
        # The same names in every test: dbt's parsed project holds for one database name.
        database = f"huiyan_test_{len(databases)}"
        databases.append(database)
        with _superuser(postgres) as connection:
            connection.execute(f"create database {database} template {template_database}")
        for name, value in {
            "HUIYAN_HOME": str(tmp_path / database),
            "HUIYAN_WAREHOUSE_URL": _url(postgres, database),
            "HUIYAN_LANDING": str(tmp_path / "landing"),
            "HUIYAN_OUTBOX": str(tmp_path / database / "outbox"),
            "HUIYAN_CARD_KEY": "a key for tests only",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("HUIYAN_FEEDS", raising=False)
        (tmp_path / "landing").mkdir(exist_ok=True)
        return get_settings()

    yield make
    with _superuser(postgres) as connection:
        for database in databases:
            connection.execute(f"drop database {database} with (force)")


@pytest.fixture
def warehouse(another_warehouse: Callable[[], Settings]) -> Settings:
    """Settings of a fresh, migrated, empty warehouse with its own home, landing and outbox."""
    return another_warehouse()
