"""The benchmark at a hundredth of its size: that it works, not how fast.

It also judges every rule on PostgreSQL and on DuckDB, and twenty in plain pandas and in queries
written by hand for DuckDB: all agree.
"""

from pathlib import Path

import duckdb
import pytest

from huiyan.bench import compiled, plain_pandas, report
from huiyan.bench.district import DAYS
from huiyan.bench.run import Narrator, run
from huiyan.rules.catalogue import load_rules
from huiyan.warehouse import evaluate

DAILY = {"finance_vouchers", "finance_attachments", "treasury_payments", "card_transactions"}


def _asked_and_built(database: Path) -> tuple[compiled.Hits, compiled.Hits]:
    """Subjects of all rules that read no hits: asked of one session, and as dbt built them."""
    rules = [rule.id for rule in load_rules().values() if rule.layer == "rules"]
    manifest = database.parent / "target" / "manifest.json"
    with compiled.Compiled(database, manifest, rules, threads=2) as session:
        asked = session.judge()
    built: compiled.Hits = {rule_id: set() for rule_id in rules}
    with duckdb.connect(str(database), read_only=True) as lake:
        for rule_id, subject_id in lake.execute(
            "select rule_id, subject_id from rules.rule_results where subject_id is not null"
        ).fetchall():
            built[rule_id].add(subject_id)
    return asked, built


@pytest.mark.slow
def test_a_small_run_measures_every_step_and_finds_the_same_on_duckdb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYAN_HOME", str(tmp_path))
    # The last day is evaluated as in a district that has many more rows.
    monkeypatch.setattr(evaluate, "WORTH_SLICING", 0)
    begun: list[str] = []
    ended: list[str] = []
    home = tmp_path / "bench"
    asked: list[tuple[compiled.Hits, compiled.Hits]] = []

    def end(message: str) -> None:
        ended.append(message)
        if message.startswith("DuckDB by hand"):
            asked.append(_asked_and_built(home / "warehouse" / "duckdb" / "huiyan.duckdb"))

    outcome = run(
        home,
        scale=0.01,
        months=5,
        narrator=Narrator(begun.append, end),
    )

    assert outcome.made_seconds is not None
    assert {each.feed for each in outcome.copied} == DAILY
    first, *days = outcome.days
    assert len(days) == DAYS
    landed = {each.feed: each for each in outcome.landed_on(first, "daily")}
    assert {each.feed: each.rows for each in outcome.copied} == {
        feed: each.rows for feed, each in landed.items()
    }
    assert landed["finance_vouchers"].rows > 5_000
    assert landed["finance_vouchers"].quarantined < 10
    assert len(outcome.landed_on(first, "snapshot")) == 9
    for day in days:
        assert 0 < sum(each.rows for each in outcome.landed_on(day)) < 1_000
    assert [each.business_date for each in outcome.single_days] == days[1:]
    for evaluated in outcome.evaluated:
        assert {"staging", "intermediate", "rules", "history", "patterns", "marts"} <= {
            each.layer for each in evaluated.runs
        }
    duck = outcome.duck
    assert duck is not None
    assert duck.comparison.differences == []
    assert duck.comparison.hits.keys() == load_rules().keys()
    without_hits = {rule_id for rule_id, hits in duck.comparison.hits.items() if not hits}
    # Nobody answers in the small district, so nothing was closed that could come back.
    assert without_hits == {"LOOP-002"}, "the small district has no case for these rules"
    assert duck.postgresql_seconds.keys() == duck.duckdb_seconds.keys() == load_rules().keys()
    assert duck.by_hand.hits.keys() == set(plain_pandas.RULES)
    assert all(duck.by_hand.hits.values())
    assert duck.by_hand.different == []
    [(by_session, by_dbt)] = asked
    assert len(by_session) > 70
    assert by_session == by_dbt, "a table lacks a column that some rule goes back to"
    plain = outcome.plain
    assert plain is not None
    assert plain.hits.keys() == set(plain_pandas.RULES)
    assert len(plain.hits) == 20
    assert all(plain.hits.values())
    assert plain.different == []
    assert "## Ratios" in report.render(outcome)
    assert begun
    assert ended
    assert not (home / "warehouse").exists()
    assert (home / "district-0.01-5" / "options.json").exists()
