"""Roles, schemas, the functions that read typed values, and the registry of deliveries."""

from alembic import op

revision = "0001"
down_revision = None

ROLES = """
do $$
declare
    role_name text;
begin
    foreach role_name in array array['huiyan_load', 'huiyan_build', 'huiyan_push', 'huiyan_read']
    loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception when duplicate_object then
                null;
            end;
        end if;
        if not pg_has_role(current_user, role_name, 'set') then
            execute format('grant %I to current_user', role_name);
        end if;
    end loop;
end $$
"""

SCHEMAS = """
create schema if not exists landing;
create schema if not exists quarantine;
create schema if not exists reference authorization huiyan_build;
create schema if not exists staging authorization huiyan_build;
create schema if not exists intermediate authorization huiyan_build;
create schema if not exists rules authorization huiyan_build;
create schema if not exists marts authorization huiyan_build;

revoke create on schema public from public;
grant usage on schema landing, quarantine, ops to huiyan_load, huiyan_build;
grant usage on schema ops, reference, staging, intermediate, marts to huiyan_push;
grant usage on schema marts to huiyan_read;

alter default privileges in schema landing grant select, insert on tables to huiyan_load;
alter default privileges in schema quarantine grant select, insert, update, delete
    on tables to huiyan_load;
alter default privileges in schema ops grant select, insert, update, delete
    on tables to huiyan_load;
alter default privileges in schema landing, quarantine, ops grant select
    on tables to huiyan_build;
alter default privileges in schema ops grant select on tables to huiyan_push;
alter default privileges for role huiyan_build in schema reference, staging, intermediate, marts
    grant select on tables to huiyan_push;
alter default privileges for role huiyan_build in schema marts grant select
    on tables to huiyan_read;
"""

# One SQL expression each, so that PostgreSQL inlines them; what cannot be read becomes null.
FUNCTIONS = r"""
create function landing.plain(value text) returns text
language sql immutable parallel safe
return btrim(case
    when octet_length(value) = length(value) then value
    else translate(value, '０１２３４５６７８９－／：．，＋￥　', '0123456789-/:.,+¥ ')
end);

create function landing.as_text(value text) returns text
language sql immutable parallel safe
return nullif(value, '');

create function landing.as_int(value text) returns integer
language sql immutable parallel safe
return case when landing.plain(value) ~ '^[+-]?[0-9]{1,9}$' then landing.plain(value)::integer end;

create function landing.as_date(value text) returns date
language sql stable parallel safe
return case
    when translate(landing.plain(value), '012345678', '999999999')
        in ('9999-99-99', '9999/99/99', '99999999')
        and pg_input_is_valid(landing.plain(value), 'date')
        then landing.plain(value)::date
end;

create function landing.as_timestamp(value text) returns timestamp
language sql stable parallel safe
return case
    when landing.plain(value)
        ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$'
        and pg_input_is_valid(landing.plain(value), 'timestamp')
        then landing.plain(value)::timestamp
end;

create function landing.as_money(value text) returns numeric
language sql immutable parallel safe
return case
    when landing.plain(value)
        ~ '^(¥ *[+-]?|[+-]?¥? *)([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,2})?$'
        then translate(landing.plain(value), '¥, ', '')::numeric(18, 2)
end;

create function landing.as_flag(value text) returns boolean
language sql immutable parallel safe
return case
    when upper(value) in ('1', '是', 'Y') then true
    when upper(value) in ('0', '否', 'N') then false
end;
"""

TABLES = """
create table ops.feed (
    feed text primary key,
    kind text not null check (kind in ('daily', 'snapshot')),
    is_subscribed boolean not null
);
create table ops.batch (
    batch_id bigint generated always as identity primary key,
    feed text not null references ops.feed,
    business_date date not null,
    version integer not null,
    status text not null check (status in ('landed', 'accepted', 'stopped')),
    is_controlled boolean not null,
    content_hash text not null,
    row_count bigint not null,
    error text,
    landed_at timestamptz not null default clock_timestamp(),
    decided_at timestamptz,
    unique (feed, business_date, version)
);
create table ops.batch_file (
    batch_id bigint not null references ops.batch,
    file_no integer not null,
    file_name text not null,
    sha256 text not null,
    bytes bigint not null,
    encoding text,
    row_count bigint not null,
    amount_total numeric,
    unknown_columns text[] not null default '{}',
    trimmed_cells bigint not null default 0,
    fullwidth_cells bigint not null default 0,
    primary key (batch_id, file_no)
);
create table ops.row_count (
    batch_id bigint primary key references ops.batch,
    in_files bigint not null,
    in_landing bigint not null,
    good bigint not null,
    duplicates bigint not null,
    quarantined bigint not null,
    check (in_files = in_landing),
    check (in_landing = good + duplicates + quarantined)
);
create table ops.check_result (
    batch_id bigint not null references ops.batch,
    suite text not null,
    expectation text not null,
    column_name text not null,
    severity text not null check (severity in ('critical', 'row', 'warning')),
    success boolean not null,
    evaluated bigint,
    unexpected bigint,
    detail jsonb not null default '{}'
);
create index on ops.check_result (batch_id);
create table ops.operations_alert (
    kind text not null,
    feed text not null,
    business_date date not null,
    message text not null,
    raised_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz,
    primary key (kind, feed, business_date)
);
create table ops.evaluation (
    business_date date primary key,
    state text not null check (state in ('evaluated', 'stale')),
    fingerprint text not null,
    evaluated_at timestamptz not null default clock_timestamp()
);
grant insert, update, delete on ops.evaluation to huiyan_build;
grant insert, update on ops.operations_alert to huiyan_build, huiyan_push;
"""


def upgrade() -> None:
    """Create everything the daily path stands on."""
    for statements in (ROLES, SCHEMAS, FUNCTIONS, TABLES):
        op.execute(statements)
