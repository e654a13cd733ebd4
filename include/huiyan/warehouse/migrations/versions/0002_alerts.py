"""Alerts, their history, and the outbox from which extracts are handed over."""

from alembic import op

revision = "0002"
down_revision = "0001"

# What the machine wrote for a business date can be taken back by that date; what people wrote and
# what was handed over cannot.
TABLES = """
create table ops.alert (
    alert_id text primary key,
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
    tier text not null check (tier in ('yellow', 'orange', 'red')),
    state text not null check (
        state in (
            'open', 'delivered', 'acknowledged', 'verifying', 'confirmed', 'partly',
            'not_confirmed', 'rectifying', 'closed', 'reopened', 'auto_resolved',
            'transferred_as_lead'
        )
    ),
    evidence jsonb not null,
    amount numeric(18, 2),
    occurred_on date,
    opened_on date not null,
    due_on date not null,
    resolved_on date,
    unique (rule_id, subject_id)
);
create index on ops.alert (unit_id);
create index on ops.alert (hit_id);

create table ops.alert_opening (
    alert_id text not null references ops.alert on delete cascade,
    rule_version integer not null,
    unit_id text,
    unit_name text,
    finance_agency_code text,
    treasury_agency_code text,
    base_tier text not null check (base_tier in ('yellow', 'orange', 'red')),
    evidence jsonb not null,
    amount numeric(18, 2),
    occurred_on date,
    opened_on date not null,
    due_on date not null,
    resolved_on date,
    primary key (alert_id, opened_on)
);
create unique index on ops.alert_opening (alert_id) where resolved_on is null;

create table ops.alert_tier_step (
    alert_id text not null references ops.alert on delete cascade,
    reason_code text not null,
    from_tier text not null check (from_tier in ('yellow', 'orange', 'red')),
    to_tier text not null check (to_tier in ('yellow', 'orange', 'red')),
    reason text not null,
    business_date date not null,
    due_on date not null,
    primary key (alert_id, business_date, reason_code)
);

create table ops.alert_route (
    alert_id text not null references ops.alert on delete cascade,
    role text not null check (role in ('dispose', 'verify')),
    body_code text not null,
    body_name text not null,
    reason text not null,
    assigned_on date not null,
    ended_on date,
    primary key (alert_id, role, assigned_on)
);
create index on ops.alert_route (body_code);

create table ops.alert_event (
    event_id bigint generated always as identity primary key,
    alert_id text not null references ops.alert,
    event text not null,
    to_state text,
    actor text not null,
    detail jsonb not null default '{}',
    business_date date not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index on ops.alert_event (alert_id);
create index on ops.alert_event (business_date);

create table ops.alert_day (
    business_date date primary key,
    open_alerts bigint not null,
    new_alerts bigint not null,
    cleared_alerts bigint not null,
    bodies_served bigint not null,
    bodies_quiet bigint not null,
    is_quiet boolean not null,
    issued_at timestamptz not null default clock_timestamp()
);

create table ops.delivery (
    delivery_id bigint generated always as identity primary key,
    body_code text not null,
    body_name text not null,
    business_date date not null,
    version integer not null,
    channel text not null,
    state text not null check (state in ('pending', 'delivered', 'superseded')),
    content_hash text not null,
    content jsonb not null,
    created_at timestamptz not null default clock_timestamp(),
    delivered_at timestamptz,
    unique (body_code, business_date, version)
);
create index on ops.delivery (business_date);

create table ops.delivery_alert (
    delivery_id bigint not null references ops.delivery,
    alert_id text not null references ops.alert,
    role text not null check (role in ('dispose', 'verify')),
    is_new boolean not null,
    primary key (delivery_id, alert_id, role)
);
create index on ops.delivery_alert (alert_id);

create table ops.delivery_receipt (
    delivery_id bigint primary key references ops.delivery,
    channel text not null,
    location text not null,
    detail jsonb not null default '{}',
    received_at timestamptz not null default clock_timestamp()
);

grant insert, update, delete on
    ops.alert, ops.alert_opening, ops.alert_tier_step, ops.alert_route, ops.alert_event,
    ops.alert_day, ops.delivery, ops.delivery_alert
to huiyan_push;
grant insert on ops.delivery_receipt to huiyan_push;
revoke insert, update, delete on
    ops.alert, ops.alert_opening, ops.alert_tier_step, ops.alert_route, ops.alert_event,
    ops.alert_day, ops.delivery, ops.delivery_alert, ops.delivery_receipt
from huiyan_load;
"""


def upgrade() -> None:
    """Create the tables of alerts and deliveries."""
    op.execute(TABLES)
