"""What each layer of a dbt command took, from dbt's own results."""

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from huiyan.warehouse import dbt

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


def _node_runs(results: Iterable[dict[str, Any]]) -> list[NodeRun]:
    """Nodes that ran, in the order in which they started."""
    runs = []
    for result in results:
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


def read(results: Path) -> list[NodeRun]:
    """Nodes of a `run_results.json`."""
    return _node_runs(json.loads(results.read_text("utf-8"))["results"])


class _Results(logging.Handler):
    """Keeps what dbt said of the nodes of each command."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        for node in getattr(record, "nodes", []):
            said = {"unique_id": node.node.unique_id, "relation_name": node.node.relation_name}
            self.kept.append({**said, "timing": [each.to_dict() for each in node.timing]})


@contextmanager
def recorded() -> Iterator[list[NodeRun]]:
    """The nodes of the dbt commands on the warehouse inside, complete after it."""
    runs: list[NodeRun] = []
    results = _Results()
    level = dbt.logger.level
    dbt.logger.addHandler(results)
    dbt.logger.setLevel(logging.DEBUG)
    try:
        yield runs
    finally:
        dbt.logger.setLevel(level)
        dbt.logger.removeHandler(results)
        runs += _node_runs(results.kept)


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
