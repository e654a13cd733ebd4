"""Alembic environment: the connection comes from `huiyan.warehouse.migrate`."""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
connection.execute(text("create schema if not exists ops"))
context.configure(
    connection=connection, version_table_schema="ops", transaction_per_migration=False
)
with context.begin_transaction():
    context.run_migrations()
