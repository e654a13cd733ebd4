"""The dbt project by itself: its own tests, and who may read what it builds."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest

from huiyan.errors import WarehouseError
from huiyan.rules.catalogue import load_parameters, load_rules
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.dbt import dbt
from huiyan.warehouse.evaluate import evaluate

DAY = date(2025, 9, 1)
STEPS = {
    row.rule_id: Decimal(row.value)
    for row in load_parameters()
    if row.parameter == "amount_step" and row.is_in_force(DAY)
}


def test_every_dbt_test_passes(warehouse: Settings) -> None:
    dbt("test", settings=warehouse, business_date=DAY)


def test_marts_tell_the_meta_and_are_all_that_bi_reads(warehouse: Settings) -> None:
    evaluate(DAY)
    rules = load_rules()
    with connect(warehouse) as connection:
        told = connection.execute(
            "select rule_id, name_zh, base_tier, subject_type, needs, what_to_check,"
            " close_out_standard, status, amount_step from marts.dim_rule order by rule_id"
        ).fetchall()
        (basis,) = connection.execute(
            "select legal_basis from marts.dim_rule"
            " where rule_id = 'ATT-001' and not is_legal_basis_verified"
        ).fetchone() or ("",)
    assert told == [
        (
            rule.id,
            rule.name.zh,
            rule.base_tier,
            rule.subject_type,
            ",".join(rule.needs),
            rule.what_to_check,
            rule.close_out_standard,
            rule.status,
            STEPS.get(rule.id),
        )
        for rule in rules.values()
    ]
    assert basis == "《会计基础工作规范》第五十一条（条款未核实）"
    evaluate(date(2025, 9, 2))
    with connect(warehouse, role="huiyan_read", autocommit=True) as connection:
        for mart in ("fct_rule_hit", "fct_rule_hit_spell", "fct_rule_run", "dim_rule", "dim_unit"):
            connection.execute(f"select * from marts.{mart}")
        for table in ("rules.rule_results", "intermediate.int_unit", "landing.finance_users"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select * from {table}")


def test_a_failed_model_is_named_also_where_the_log_has_no_room(
    warehouse: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(DAY)
    with connect(warehouse) as connection:
        connection.execute("drop view landing.leases_typed cascade")
    log = warehouse.home_dir / "logs" / "dbt" / "dbt.log"
    log.unlink()
    log.symlink_to("/dev/full")
    with pytest.raises(WarehouseError, match=r"stg_finance__lease: .*leases_typed"):
        dbt("run", "--select", "stg_finance__lease", settings=warehouse, business_date=DAY)
    assert "Logging error" not in capsys.readouterr().err
