"""What each body sees of a joint case, from when until when: nothing is told twice."""

from alembic import op

revision = "0016"
down_revision = "0015"

# Kept as alert routes are: what the machine wrote for a business date can be taken back by that
# date. A department that is no body of the register has a part too.
TABLES = """
create table ops.joint_case_part (
    case_id text not null,
    department text not null,
    body_code text,
    since date not null,
    ended_on date,
    said jsonb not null,
    unique nulls not distinct (case_id, department, body_code, since)
);
create index joint_case_part_body on ops.joint_case_part (body_code, since);
grant insert, update, delete on ops.joint_case_part to huiyan_push;
revoke insert, update, delete on ops.joint_case_part from huiyan_load;
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(TABLES)
