"""Stopped days decided again by a person, and the manifests needed to read them again."""

from alembic import op

revision = "0003"
down_revision = "0002"

# Who decided what and why is never changed: the loading role may only add to it.
TABLES = """
alter table ops.batch add column manifest text;
create table ops.recheck (
    recheck_id bigint generated always as identity primary key,
    stopped_batch_id bigint not null references ops.batch,
    batch_id bigint not null references ops.batch,
    decided_by text not null check (btrim(decided_by) <> ''),
    reason text not null check (btrim(reason) <> ''),
    confirmed_causes text[] not null default '{}',
    error_before text not null,
    status_after text not null check (status_after in ('accepted', 'stopped')),
    error_after text,
    rechecked_at timestamptz not null default clock_timestamp()
);
create index on ops.recheck (batch_id);
revoke update, delete on ops.recheck from huiyan_load;
"""


def upgrade() -> None:
    """Add what deciding a stopped day again needs."""
    op.execute(TABLES)
