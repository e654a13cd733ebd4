"""A rule that fails is noted here and does not keep the others from judging the day."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLE = """
create table ops.rule_failure (
    business_date date not null,
    part text not null,
    message text not null,
    primary key (business_date, part)
);
grant insert, delete on ops.rule_failure to huiyan_build;
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(TABLE)
