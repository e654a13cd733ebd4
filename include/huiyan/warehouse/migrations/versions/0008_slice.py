"""A schema for the slices of the facts over which a day is evaluated."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the schema."""
    op.execute("create schema if not exists slice authorization huiyan_build")
