"""The dbt project by itself: its own tests, and who may read what it builds."""

from copy import deepcopy
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from huiyan.errors import WarehouseError
from huiyan.rules.catalogue import load_parameters, load_rules
from huiyan.settings import Settings
from huiyan.warehouse import dbt as module
from huiyan.warehouse.connection import connect
from huiyan.warehouse.dbt import dbt
from huiyan.warehouse.evaluate import evaluate
from warehouses import database_name

DAY = date(2025, 9, 1)
STEPS = {
    row.rule_id: Decimal(row.value)
    for row in load_parameters()
    if row.parameter == "amount_step" and row.is_in_force(DAY)
}


def test_every_dbt_test_passes(warehouse: Settings) -> None:
    dbt("test", settings=warehouse, business_date=DAY)


def test_a_unit_test_that_is_wrong_fails(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of unit tests are made by macros of the project: they hide no mistake."""
    monkeypatch.setattr(module, "_manifests", {})
    model = "rule_card_001_barred_mcc"
    dbt("test", "--select", model, settings=warehouse, business_date=DAY)
    (manifest,) = module._manifests.values()
    wrong = {}
    for key, unit_test in manifest.unit_tests.items():
        if unit_test.model == model:
            wrong[unit_test.name.split("__")[1]] = copy = deepcopy(unit_test)
            monkeypatch.setitem(manifest.unit_tests, key, copy)
    wrong["hit_barred"].expect.rows[0] |= {"amount": "266.01", "evidence": '{"it": "isn\'t"}'}
    wrong["hit_barred"].expect.rows[1] |= {"evidence": None}
    wrong["near_miss_other_category"].given[0].rows[0]["no_such_given"] = "1"
    wrong["near_miss_not_in_force"].expect.rows[0]["no_such_expected"] = None
    wrong["excluded_refunded"].expect.rows.append({"subject_id": None, "amount": None})
    wrong["excluded_empty_category"].given[0].rows[0]["txn_date"] = "2025-02-30"
    with pytest.raises(WarehouseError) as failed:
        dbt("test", "--select", model, settings=warehouse, business_date=DAY)
    said = str(failed.value)
    assert "266.01" in said
    assert '{""it"": ""isn\'t""}' in said
    assert "given.no_such_given does not exist" in said
    assert '"no_such_expected" does not exist' in said
    assert "The expected rows have not the same columns" in said
    assert "2025-02-30" in said


def test_what_another_process_has_parsed_is_not_parsed_again(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies in the home from which this one was copied, whose server has another port."""
    monkeypatch.setattr(module, "_manifests", {})
    target = warehouse.home_dir / "dbt" / database_name(0)
    parsed = [*target.iterdir()]
    assert len(parsed) == 1
    dbt("run", "--select", "stg_finance__lease", settings=warehouse, business_date=DAY)
    assert not (target / "partial_parse.msgpack").exists(), "dbt has parsed it"
    assert [*target.glob("parsed-*")] == parsed
    assert module._read_parsed(target / "parsed-of-other-files.msgpack") is None


def test_marts_tell_the_meta_and_are_all_that_bi_reads(warehouse: Settings) -> None:
    evaluate(DAY)
    rules = load_rules()
    with connect(warehouse) as connection:
        told = connection.execute(
            "select rule_id, name_zh, base_tier, subject_type, needs, what_to_check,"
            " close_out_standard, close_out_needs, least_recovery, most_recovery,"
            " status, amount_step from marts.dim_rule"
            " order by rule_id"
        ).fetchall()
        bases = connection.execute(
            "select legal_basis, is_legal_basis_verified from marts.dim_rule"
            " where rule_id in ('ATT-001', 'CARD-008', 'PROC-003') order by rule_id"
        ).fetchall()
    assert told == [
        (
            rule.id,
            rule.name.zh,
            rule.base_tier,
            rule.subject_type,
            ",".join(rule.needs),
            rule.what_to_check,
            rule.close_out_standard,
            ",".join(rule.close_out_needs),
            rule.recovery.least,
            rule.recovery.most,
            rule.status,
            STEPS.get(rule.id),
        )
        for rule in rules.values()
    ]
    assert bases == [
        (
            "《中华人民共和国会计法》（2024-06-28版）第十四条；"
            "《会计基础工作规范》第五十一条（条款未核实）",
            False,
        ),
        (
            "参照《关于实施中央预算单位公务卡强制结算目录的通知（财库〔2011〕160号）》条款待核",
            False,
        ),
        (
            "《中华人民共和国政府采购法》（2014-08-31版）第四十一条；"
            "《中华人民共和国政府采购法实施条例》（2015-01-30版）第四十五条",
            True,
        ),
    ]
    evaluate(date(2025, 9, 2))
    with connect(warehouse, role="huiyan_read", autocommit=True) as connection:
        for mart in (
            "fct_rule_hit",
            "fct_rule_hit_spell",
            "fct_rule_run",
            "dim_rule",
            "dim_unit",
            "fct_alert",
            "fct_alert_event",
            "fct_delivery",
        ):
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
