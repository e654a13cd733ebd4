"""The dbt project by itself: its own tests, and who may read what it builds."""

from datetime import date

import psycopg
import pytest

from huiyan.errors import WarehouseError
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.dbt import dbt
from huiyan.warehouse.evaluate import evaluate

DAY = date(2025, 9, 1)


def test_every_dbt_test_passes(warehouse: Settings) -> None:
    dbt("seed", settings=warehouse, business_date=DAY)
    dbt("run", settings=warehouse, business_date=DAY)
    dbt("test", settings=warehouse, business_date=DAY)


def test_bi_reads_the_marts_and_nothing_else(warehouse: Settings) -> None:
    evaluate(DAY)
    evaluate(date(2025, 9, 2))
    with connect(warehouse, role="huiyan_read", autocommit=True) as connection:
        for mart in ("fct_rule_hit", "fct_rule_hit_spell", "fct_rule_run", "dim_rule", "dim_unit"):
            connection.execute(f"select * from marts.{mart}")
        for table in ("rules.rule_results", "intermediate.int_unit", "landing.finance_users"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select * from {table}")


def test_a_failed_model_is_named(warehouse: Settings) -> None:
    evaluate(DAY)
    with connect(warehouse) as connection:
        connection.execute("drop view landing.leases_typed cascade")
    with pytest.raises(WarehouseError, match=r"stg_finance__lease: .*leases_typed"):
        dbt("run", "--select", "stg_finance__lease", settings=warehouse, business_date=DAY)
