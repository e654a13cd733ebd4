"""Seconds per layer from dbt's record of a command."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from huiyan.bench import layers

START = datetime(2025, 12, 31, 8, 0, 0)


def _run(name: str, start: float, end: float, layer: str = "rules") -> layers.NodeRun:
    return layers.NodeRun(
        name, layer, START + timedelta(seconds=start), START + timedelta(seconds=end)
    )


def test_busy_adds_up_and_span_counts_overlapping_time_once() -> None:
    runs = [_run("a", 0, 4), _run("b", 1, 3), _run("c", 3, 6), _run("d", 8, 9)]

    assert layers.busy(runs) == 10
    assert layers.span(runs) == 7
    assert layers.span(reversed(runs)) == 7


def test_nothing_ran() -> None:
    assert layers.busy([]) == 0
    assert layers.span([]) == 0


def _result(unique_id: str, relation: str | None, *timings: tuple[str, int, int]) -> dict:
    return {
        "unique_id": unique_id,
        "relation_name": relation,
        "timing": [
            {
                "name": name,
                "started_at": f"2025-12-31T08:00:{start:02d}.500000Z",
                "completed_at": f"2025-12-31T08:00:{end:02d}.500000Z",
            }
            for name, start, end in timings
        ],
    }


def test_read_knows_layers_by_schema_and_leaves_out_what_did_not_run(tmp_path: Path) -> None:
    results = [
        _result("model.huiyan.rule_x", '"huiyan"."rules"."rule_x"', ("execute", 5, 7)),
        _result("model.huiyan.int_x", '"huiyan"."intermediate"."int_x"', ("compile", 0, 1),
                ("execute", 1, 4)),
        _result("test.huiyan.unique_x.4f2a", None, ("execute", 8, 9)),
        _result("seed.huiyan.calendar", None, ("execute", 2, 3)),
        _result("model.huiyan.skipped", '"huiyan"."marts"."skipped"'),
        _result("operation.huiyan.start", None, ("execute", 0, 1)),
    ]  # fmt: skip
    path = tmp_path / "run_results.json"
    path.write_text(json.dumps({"results": results}), "utf-8")

    found = [(run.name, run.layer, run.seconds) for run in layers.read(path)]

    assert found == [
        ("int_x", "intermediate", 3),
        ("calendar", layers.SEEDS, 1),
        ("rule_x", "rules", 2),
        ("unique_x", layers.TESTS, 1),
    ]
