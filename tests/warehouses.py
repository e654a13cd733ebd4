"""Warehouses for tests: fresh ones, and copies of one that has been brought to some state."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

from huiyan.settings import Settings, get_settings
from huiyan.warehouse import dbt, embedded
from huiyan.warehouse.connection import DATABASE

# The migrated database with seeds and models in it, of which others are copies.
TEMPLATE = "huiyan_template"


def superuser(server: embedded.Server, database: str = "postgres") -> psycopg.Connection:
    """A connection of the server's owner."""
    return psycopg.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        dbname=database,
        autocommit=True,
    )


def url(server: embedded.Server, database: str) -> str:
    """SQLAlchemy URL of one of its databases."""
    return (
        f"postgresql+psycopg://{server.user}:{server.password}"
        f"@{server.host}:{server.port}/{database}"
    )


def database_name(place: int) -> str:
    """The same names in every test: dbt's parsed project holds for one database name.

    The first is the one that a district has, so that what was parsed holds there too.
    """
    return f"{DATABASE}_{place}" if place else DATABASE


def moves(patch: pytest.MonkeyPatch) -> list[date | None]:
    """From which date each run of dbt to come moves the facts on, None if it makes them anew."""
    found: list[date | None] = []
    run = dbt.dbt

    def watched(*arguments: str, **options: Any) -> None:
        found.append(options.get("evaluated_before"))
        run(*arguments, **options)

    patch.setattr(dbt, "dbt", watched)
    return found


@dataclass(frozen=True)
class Snapshot:
    """A warehouse as it stood at some moment: a database to copy and its folders."""

    database: str
    folder: Path


class Warehouses:
    """Makes warehouses, and copies of them, on one server below one folder.

    A context manager: whatever fails within, the next one finds the server as this one did.
    """

    def __init__(self, server: embedded.Server, template: Snapshot, folder: Path) -> None:
        self._server = server
        self._empty = template
        self._folder = folder
        self._patch = pytest.MonkeyPatch()
        self._databases: list[str] = []
        self._kept: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def make(self, like: Snapshot | None = None) -> Settings:
        """A fresh, migrated, empty warehouse, or a copy; the environment points at it.

        All made by one object share one landing zone; each has its own home and outbox.
        """
        database = database_name(len(self._databases))
        source = like or self._empty
        with superuser(self._server) as connection:
            connection.execute(
                f"create database {database} template {source.database} strategy file_copy"
            )
        self._databases.append(database)
        for name, value in {
            "HUIYAN_HOME": str(self._folder / database),
            "HUIYAN_WAREHOUSE_URL": url(self._server, database),
            "HUIYAN_LANDING": str(self._folder / "landing"),
            "HUIYAN_OUTBOX": str(self._folder / database / "outbox"),
            "HUIYAN_CARD_KEY": "a key for tests only",
            "HUIYAN_RETURN_KEY": "another key for tests only",
        }.items():
            self._patch.setenv(name, value)
        self._patch.delenv("HUIYAN_FEEDS", raising=False)
        settings = get_settings()
        for name, target in (("home", settings.home_dir), ("landing", settings.landing)):
            if (source.folder / name).exists():
                shutil.copytree(source.folder / name, target, dirs_exist_ok=True)
        settings.landing.mkdir(exist_ok=True)
        return settings

    def keep(self, settings: Settings, name: str) -> Snapshot:
        """Turn the warehouse made last into a snapshot, from which others can be made."""
        database = self._databases.pop()
        kept = Snapshot(f"huiyan_kept_{name}", self._folder / "kept" / name)
        with superuser(self._server) as connection:
            connection.execute(f"alter database {database} rename to {kept.database}")
        self._kept.append(kept.database)
        kept.folder.mkdir(parents=True)
        shutil.move(settings.home_dir, kept.folder / "home")
        shutil.move(settings.landing, kept.folder / "landing")
        return kept

    def drop_last(self) -> None:
        """Remove the warehouse made last: another one takes its place."""
        database = self._databases.pop()
        with superuser(self._server) as connection:
            connection.execute(f"drop database {database} with (force)")
        shutil.rmtree(self._folder / database, ignore_errors=True)

    def drop(self) -> None:
        """Remove all of it but the landing zone and leave the environment as it was."""
        with superuser(self._server) as connection:
            for database in (*self._databases, *self._kept):
                connection.execute(f"drop database {database} with (force)")
                shutil.rmtree(self._folder / database, ignore_errors=True)
        self._databases.clear()
        self._kept.clear()
        self._patch.undo()
