"""Every rule finds the same on PostgreSQL and on DuckDB: hits, evidence and populations."""

from pathlib import Path

import pytest

from huiyan.bench import compare, district, duck
from huiyan.demo.district import Options
from huiyan.feeds.collect import collect
from huiyan.quality.gate import check
from huiyan.rules.catalogue import load_rules
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate

SMALL = Options(accounts=150, months=5, daily_days=0)


@pytest.mark.slow
def test_every_rule_finds_the_same_on_duckdb(warehouse: Settings, tmp_path: Path) -> None:
    district.make(SMALL, warehouse.landing)
    (day, deliveries), *others = district.deliveries(warehouse.landing).items()
    assert not others
    for delivery in deliveries:
        landed = collect(delivery.feed, day, warehouse)
        assert landed.batch_id is not None, landed.message
        gate = check(landed.batch_id, warehouse)
        assert gate.status == "accepted", gate.message
    evaluate(day, warehouse)

    database = tmp_path / "duckdb" / "huiyan.duckdb"
    with connect(warehouse) as connection:
        exported = duck.export(connection, database)
        duck.build(database, day, warehouse)
        comparison = compare.compare(connection, database)

    assert exported.rows > 10_000
    assert comparison.differences == []
    enabled = {rule.id for rule in load_rules().values() if rule.is_enabled}
    assert comparison.hits.keys() == enabled
    without_hits = {rule_id for rule_id, hits in comparison.hits.items() if not hits}
    assert not without_hits, "the small district has no case for these rules"
