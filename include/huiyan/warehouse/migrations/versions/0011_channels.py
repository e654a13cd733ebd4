"""What a channel needs to be tried again: attempts, when next, why not, and extracts given up."""

from alembic import op

revision = "0011"
down_revision = "0010"

COLUMNS = """
alter table ops.delivery
    add column address text,
    add column attempts integer not null default 0 check (attempts >= 0),
    add column last_attempt_at timestamptz,
    add column next_attempt_at timestamptz,
    add column last_error text,
    add column maybe_sent boolean not null default false,
    drop constraint delivery_state_check,
    add constraint delivery_state_check
        check (state in ('pending', 'delivered', 'superseded', 'dead'));
create index on ops.delivery (business_date) where state in ('pending', 'dead');
"""


def upgrade() -> None:
    """Add the columns and the state."""
    op.execute(COLUMNS)
