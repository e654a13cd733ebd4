"""Deadlines kept by the machine: what is withheld, drawn as a sample, and what came back.

A step's due date becomes the one that holds from the step on; until now it was the new tier's term,
and the earliest of all steps held.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

# A hit that an exception covers, while it does. What was said of it is kept for a sample of it.
WITHHELD = """
create table ops.alert_withheld (
    alert_id text not null,
    hit_id text not null,
    rule_id text not null,
    rule_version integer not null,
    subject_type text not null,
    subject_id text not null,
    unit_id text,
    unit_name text,
    finance_agency_code text,
    treasury_agency_code text,
    base_tier text not null check (base_tier in ('yellow', 'orange', 'red')),
    evidence jsonb not null,
    amount numeric(18, 2),
    occurred_on date,
    withheld_on date not null,
    ended_on date,
    primary key (alert_id, withheld_on)
);
"""

SAMPLE = """
create table ops.alert_sample (
    alert_id text not null references ops.alert on delete cascade,
    drawn_on date not null,
    drawn_from text not null check (drawn_from in ('suppressed', 'auto_resolved')),
    due_on date not null,
    rule_version integer not null,
    unit_id text,
    unit_name text,
    finance_agency_code text,
    treasury_agency_code text,
    base_tier text not null check (base_tier in ('yellow', 'orange', 'red')),
    evidence jsonb not null,
    amount numeric(18, 2),
    occurred_on date,
    ended_on date,
    primary key (alert_id, drawn_on)
);
create unique index on ops.alert_sample (alert_id) where ended_on is null;
"""

# An alert opened on a date while a closed one of its rule and unit was looked back on.
RECURRENCE = """
create table ops.alert_recurrence (
    alert_id text not null references ops.alert on delete cascade,
    opened_on date not null,
    case_id text not null references ops.alert,
    former_alert_id text not null references ops.alert,
    former_closed_on date not null,
    primary key (alert_id, opened_on)
);
create index on ops.alert_recurrence (case_id);
"""

GRANTS = """
grant insert, update, delete on ops.alert_withheld, ops.alert_sample, ops.alert_recurrence
to huiyan_push;
revoke insert, update, delete on ops.alert_withheld, ops.alert_sample, ops.alert_recurrence
from huiyan_load;
"""

DUE = """
update ops.alert_tier_step as steps
set due_on = held.due_on
from (
    select
        taken.alert_id,
        taken.business_date,
        taken.reason_code,
        least(
            openings.due_on,
            min(taken.due_on) over (
                partition by taken.alert_id, openings.opened_on
                order by
                    array_position(array['yellow', 'orange', 'red'], taken.to_tier),
                    taken.business_date
            )
        ) as due_on
    from ops.alert_tier_step as taken
    cross join lateral (
        select o.opened_on, o.due_on
        from ops.alert_opening as o
        where o.alert_id = taken.alert_id and o.opened_on <= taken.business_date
        order by o.opened_on desc
        limit 1
    ) as openings
) as held
where
    (steps.alert_id, steps.business_date, steps.reason_code)
    = (held.alert_id, held.business_date, held.reason_code)
"""


def upgrade() -> None:
    """Create the tables and let every step say its due date."""
    for statement in (WITHHELD, SAMPLE, RECURRENCE, GRANTS, DUE):
        op.execute(statement)
