"""What bodies send back: forms, what became of their lines, events that say who and which line."""

from alembic import op

revision = "0010"
down_revision = "0009"

FEEDS = """
alter table ops.feed drop constraint feed_kind_check;
alter table ops.feed add constraint feed_kind_check
    check (kind in ('daily', 'snapshot', 'form'));
alter table ops.batch_file add column error text;
"""

# The machine may take back what it wrote; what a body answered or a channel handed over is a fact.
EVENTS = """
alter table ops.alert_event
    add column body_code text,
    add column batch_id bigint references ops.batch,
    add column file_no integer,
    add column row_no integer;

create function ops.refuse_change_of_fact() returns trigger
language plpgsql as $$
begin
    raise exception 'event % of alert % is a fact and stays; write another one that corrects it',
        old.event_id, old.alert_id;
end $$;

create trigger facts_stay before update or delete on ops.alert_event
for each row when (old.actor <> 'machine')
execute function ops.refuse_change_of_fact();
"""

TABLES = """
create table ops.return_intake (
    batch_id bigint primary key references ops.batch,
    accepted bigint not null,
    repeated bigint not null,
    unanswered bigint not null,
    rejected bigint not null,
    taken_at timestamptz not null default clock_timestamp()
);
create table ops.return_line (
    batch_id bigint not null references ops.batch,
    file_no integer not null,
    line_no bigint not null,
    file_name text not null,
    outcome text not null check (
        outcome in ('accepted', 'repeated', 'unanswered', 'rejected', 'unreadable')
    ),
    body_code text,
    is_proven boolean not null,
    alert_id text,
    answer jsonb,
    cells jsonb,
    reasons text[] not null default '{}',
    primary key (batch_id, file_no, line_no)
);
create index on ops.return_line (alert_id, body_code);

grant insert on ops.return_intake, ops.return_line to huiyan_push;
revoke insert, update, delete on ops.return_intake, ops.return_line from huiyan_load;
"""


def upgrade() -> None:
    """Let forms land, and keep what becomes of them."""
    for statements in (FEEDS, EVENTS, TABLES):
        op.execute(statements)
