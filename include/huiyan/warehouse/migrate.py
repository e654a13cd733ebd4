"""Brings a database to the present schema: migrations, then the tables the contracts declare."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from huiyan.feeds import tables
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import engine

LOCK = 0x48595F4D  # advisory lock: one migration at a time


def migrate(settings: Settings | None = None) -> None:
    """Apply outstanding migrations and sync landing and quarantine; safe to repeat and to race."""
    settings = settings or get_settings()
    settings.make_home()
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine(settings).begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
        configuration.attributes["connection"] = connection
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(configuration, "head")
        after = MigrationContext.configure(connection).get_current_revision()
        tables.sync(connection, settings, anew=before != after)
