"""Hits' history gets a schema of its own, below the rules that read it; what is known moves along.

`marts.fct_rule_hit_spell` was a table that dbt filled; it becomes a view of what is kept in
`history`. Until a new version of the code builds it, the view shows what has been moved.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

SCHEMAS = """
create schema if not exists history authorization huiyan_build;
create schema if not exists patterns authorization huiyan_build;
"""

MOVE = """
do $$
begin
    if exists (
        select from pg_tables where schemaname = 'marts' and tablename = 'fct_rule_hit_spell'
    ) then
        alter table marts.fct_rule_hit_spell set schema history;
        alter table history.fct_rule_hit_spell rename to rule_spell;
        revoke all on history.rule_spell from huiyan_push, huiyan_read;
        set local role huiyan_build;
        create view marts.fct_rule_hit_spell as select * from history.rule_spell;
        reset role;
    end if;
end $$
"""


def upgrade() -> None:
    """Make both schemas and move the spells."""
    op.execute(SCHEMAS)
    op.execute(MOVE)
