"""What each layer of a dbt command took, from dbt's own `run_results.json`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

TESTS = "tests"
SEEDS = "reference"


@dataclass(frozen=True)
class NodeRun:
    """One model, seed or test of one dbt command.

    Attributes:
        layer: the schema of what was built, or TESTS.
        started_at, completed_at: when the database worked on it, hooks and indexes included.
    """

    name: str
    layer: str
    started_at: datetime
    completed_at: datetime

    @property
    def seconds(self) -> float:
        """Seconds between start and end."""
        return (self.completed_at - self.started_at).total_seconds()


def read(results: Path) -> list[NodeRun]:
    """Nodes of a `run_results.json` that ran, in the order in which they started."""
    runs = []
    for result in json.loads(results.read_text("utf-8"))["results"]:
        kind, _, name, *_ = result["unique_id"].split(".")
        execute = next((each for each in result["timing"] if each["name"] == "execute"), None)
        if execute is None or kind not in ("model", "seed", "test"):
            continue
        relation = (result["relation_name"] or "").replace('"', "").split(".")
        runs.append(
            NodeRun(
                name=name,
                layer={"test": TESTS, "seed": SEEDS}.get(kind) or relation[-2],
                started_at=datetime.fromisoformat(execute["started_at"]),
                completed_at=datetime.fromisoformat(execute["completed_at"]),
            )
        )
    return sorted(runs, key=lambda run: run.started_at)


def busy(runs: Iterable[NodeRun]) -> float:
    """Seconds of all runs added up: two threads count twice."""
    return sum(run.seconds for run in runs)


def span(runs: Iterable[NodeRun]) -> float:
    """Seconds in which at least one of the runs was under way."""
    total = 0.0
    end: datetime | None = None
    for run in sorted(runs, key=lambda each: each.started_at):
        start = run.started_at if end is None else max(run.started_at, end)
        if run.completed_at > start:
            total += (run.completed_at - start).total_seconds()
            end = run.completed_at
    return total
