"""Demotions that verdicts bring about, and what an evaluation knew of what bodies had answered."""

from alembic import op

revision = "0014"
down_revision = "0012"

# Like alerts: what the machine decided on a business date can be taken back by that date.
TABLES = """
create table ops.rule_demotion (
    rule_id text not null,
    rule_version integer not null,
    from_status text not null check (from_status in ('trial', 'fixed')),
    to_status text not null check (to_status in ('shadow', 'trial')),
    reviewed_from date not null,
    decided_on date not null,
    valid_from date not null,
    verdicts bigint not null,
    supported bigint not null,
    precision_floor numeric(18, 2) not null,
    primary key (rule_id, valid_from)
);
grant insert, delete on ops.rule_demotion to huiyan_push;
revoke insert, update, delete on ops.rule_demotion from huiyan_load;

alter table ops.evaluation add column answers text not null default '';
"""


def upgrade() -> None:
    """Create the table and the column."""
    op.execute(TABLES)
