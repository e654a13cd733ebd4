"""Values in their usual writing are read without regular expressions, with the same results."""

from alembic import op

revision = "0004"
down_revision = "0003"

# Still one SQL expression each, so that PostgreSQL inlines them. Dates come back from text to text
# as they were only in ISO style; with any other they are read the longer way.
FUNCTIONS = r"""
create or replace function landing.as_int(value text) returns integer
language sql immutable parallel safe
return case
    when octet_length(value) between 1 and 9 and ltrim(value, '0123456789') = ''
        then value::integer
    when landing.plain(value) ~ '^[+-]?[0-9]{1,9}$' then landing.plain(value)::integer
end;

create or replace function landing.as_date(value text) returns date
language sql stable parallel safe
return case
    when value like '____-__-__' and octet_length(value) = 10
        and pg_input_is_valid(value, 'date') and value::date::text = value
        then value::date
    when value like '____/__/__' and octet_length(value) = 10
        and pg_input_is_valid(value, 'date') and replace(value::date::text, '-', '/') = value
        then value::date
    when octet_length(value) = 8 and ltrim(value, '0123456789') = ''
        and pg_input_is_valid(value, 'date')
        then value::date
    when translate(landing.plain(value), '012345678', '999999999')
        in ('9999-99-99', '9999/99/99', '99999999')
        and pg_input_is_valid(landing.plain(value), 'date')
        then landing.plain(value)::date
end;

create or replace function landing.as_timestamp(value text) returns timestamp
language sql stable parallel safe
return case
    when value like '____-__-__ __:__:__' and octet_length(value) = 19
        and pg_input_is_valid(value, 'timestamp') and value::timestamp::text = value
        then value::timestamp
    when landing.plain(value)
        ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$'
        and pg_input_is_valid(landing.plain(value), 'timestamp')
        then landing.plain(value)::timestamp
end;

create or replace function landing.as_money(value text) returns numeric
language sql immutable parallel safe
return case
    when octet_length(value) between 4 and 18
        and ltrim(value, '0123456789') like '.__'
        and octet_length(rtrim(value, '0123456789')) = octet_length(value) - 2
        then value::numeric(18, 2)
    when landing.plain(value)
        ~ '^(¥ *[+-]?|[+-]?¥? *)([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,2})?$'
        then translate(landing.plain(value), '¥, ', '')::numeric(18, 2)
end;
"""


def upgrade() -> None:
    """Replace the functions in place: views that use them need not be made anew."""
    op.execute(FUNCTIONS)
