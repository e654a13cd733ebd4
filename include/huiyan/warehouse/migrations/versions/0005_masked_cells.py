"""Cells of free text whose card numbers were masked are counted like the other repairs."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Files landed before count none."""
    op.execute("alter table ops.batch_file add column masked_cells bigint not null default 0")
