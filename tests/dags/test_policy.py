"""The bag is exactly what is expected, and every DAG keeps to the house rules."""

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from huiyan.feeds.contract import load_contracts
from huiyan.orchestration.vocabulary import OWNERS, RETRIES, RETRY_DELAY, TAGS
from huiyan.settings import REPOSITORY

DAGS = REPOSITORY / "dags"
FILES = sorted(DAGS.glob("*.py"))
EXPECTED = {
    "feed_accounts",
    "feed_bodies",
    "feed_budgets",
    "feed_card_transactions",
    "feed_finance_attachments",
    "feed_finance_users",
    "feed_finance_vouchers",
    "feed_jurisdictions",
    "feed_leases",
    "feed_personnel",
    "feed_returns",
    "feed_treasury_payments",
    "feed_treasury_users",
    "feeds_deadline",
    "warehouse",
    "alerts",
    "maintenance",
    "outbox",
}
SINGLE = {"feeds_deadline", "warehouse", "alerts", "maintenance", "outbox"}
FORBIDDEN = {
    "pandas", "great_expectations", "dbt", "psycopg", "sqlalchemy", "requests",
    "huiyan.quality", "huiyan.warehouse", "huiyan.alerts", "huiyan.delivery",
    "huiyan.feeds.collect", "huiyan.orchestration.steps",
    "huiyan.orchestration.upkeep",
}  # fmt: skip
FEEDS = [name for name, contract in load_contracts().items() if not contract.is_optional]
DOC_PARTS = ("**Inputs**", "**When it fails**")


def test_ids_are_exactly_the_expected_ones(bag: Any) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == EXPECTED


def test_there_is_one_feed_dag_per_contract(bag: Any) -> None:
    feeds = {f"feed_{name}" for name in FEEDS}
    assert {dag_id for dag_id in bag.dags if dag_id.startswith("feed_")} == feeds


def test_dag_id_is_file_name_but_for_the_feeds(bag: Any) -> None:
    for dag_id, dag in bag.dags.items():
        stem = Path(dag.fileloc).stem
        assert stem == (dag_id if dag_id in SINGLE else "feeds")


@pytest.mark.parametrize("dag_id", sorted(EXPECTED))
def test_house_rules(bag: Any, dag_id: str) -> None:
    dag = bag.dags[dag_id]
    assert dag.tags
    assert set(dag.tags) <= TAGS
    assert all(part in dag.doc_md for part in DOC_PARTS)
    assert dag.catchup is False
    assert dag.start_date is not None
    for task in dag.tasks:
        assert task.owner in OWNERS
        assert task.retries in RETRIES.values()
        assert task.retries >= 1
        assert timedelta(0) < task.retry_delay <= RETRY_DELAY


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_feed_dags_collect_then_check_then_correct(bag: Any, name: str) -> None:
    dag = bag.dags[f"feed_{name}"]
    assert [task.task_id for task in dag.topological_sort()] == ["collect", "check", "correct"]
    assert [asset.name for asset in dag.get_task("check").outlets] == [f"feed_{name}"]
    assert [asset.name for asset in dag.get_task("correct").outlets] == ["correction"]
    assert dag.timetable.partitioned_at_runtime
    assert load_contracts()[name].label in dag.doc_md


def test_dags_hand_over_by_assets(bag: Any) -> None:
    condition = bag.dags["warehouse"].timetable.asset_condition
    every_feed, correction = condition.objects
    assert {asset.name for asset in every_feed.objects} == {f"feed_{name}" for name in FEEDS}
    assert correction.name == "correction"
    assert bag.dags["alerts"].timetable.asset_condition.name == "marts"
    assert bag.dags["alerts"].get_task("deliver").is_mapped


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_only_wire(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 120
    assert not path.name.startswith("dbt_")
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    for node in tree.body:
        for name in _imported(node):
            assert not any(name == bad or name.startswith(f"{bad}.") for bad in FORBIDDEN), name
    assert "Variable" not in text
    assert not re.search(r"\b(select|insert|update|delete)\b.+\b(from|into|set)\b", text, re.I)
    assert not re.search(r"(password|secret|token)\s*=", text, re.I)


def test_nothing_is_imported_from_dags() -> None:
    names = {path.stem for path in FILES}
    for path in (*REPOSITORY.glob("include/**/*.py"), *REPOSITORY.glob("plugins/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not {name.split(".")[0] for name in _imported(node)} & {*names, "dags"}, path


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []
