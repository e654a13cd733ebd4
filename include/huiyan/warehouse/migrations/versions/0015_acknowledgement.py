"""Which delivery a body has proved to have received, and by which file."""

from alembic import op

revision = "0015"
down_revision = "0014"

COLUMNS = """
alter table ops.delivery
    add column acknowledged_on date,
    add column acknowledged_batch_id bigint references ops.batch,
    add column acknowledged_file_no integer;
"""


def upgrade() -> None:
    """Add the columns."""
    op.execute(COLUMNS)
