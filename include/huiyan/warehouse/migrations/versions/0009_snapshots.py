"""An alert keeps what was said when it was opened: evidence, source rows, parameters.

Alerts opened before have none of the three: what their rows were then cannot be known any more.
Tables that dbt made before get the indexes by which rows are found from a hit.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

COLUMNS = """
alter table ops.alert
    add column first_evidence jsonb,
    add column first_sources jsonb,
    add column first_parameters jsonb
"""

INDEXES = """
do $$
declare
    made record;
begin
    set local role huiyan_build;
    for made in
        select *
        from (values
            ('history.rule_spell', 'detected_on'),
            ('history.pattern_spell', 'detected_on'),
            ('staging.stg_finance__voucher_entry', 'acct_set_code, fiscal_year, acct_period'),
            ('staging.stg_finance__voucher_entry', 'agency_code, fiscal_year, acct_period'),
            ('staging.stg_treasury__payment', 'payee_acct_no'),
            ('staging.stg_treasury__payment', 'pay_acct_no'),
            ('staging.stg_treasury__payment', 'agency_code'),
            ('staging.stg_card__transaction', 'card_token'),
            ('staging.stg_registry__person', 'salary_acct_no')
        ) as wanted (relation, columns)
        where to_regclass(wanted.relation) is not null
    loop
        execute format('create index on %s (%s)', made.relation, made.columns);
    end loop;
    reset role;
end $$
"""


def upgrade() -> None:
    """Add the columns and index what is there."""
    op.execute(COLUMNS)
    op.execute(INDEXES)
