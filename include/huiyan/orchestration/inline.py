"""Runs a DAG's tasks in this process: same files, same callables, same order, no scheduler.

Airflow's own `dag.test()` needs the metadata database and knows no partition keys in 3.3, so this
walks the DAG itself. It knows what the DAGs of this repository use: decorated Python tasks, sensors
and short circuits, mapped tasks, teardowns, results handed on, partitioned outlets. Anything else
is refused.
"""

import importlib.util
import inspect
import logging
import sys
import warnings
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow.sdk import DAG, Asset, AssetAll, AssetAny, PokeReturnValue
from airflow.sdk.definitions.xcom_arg import XComArg
from airflow.sdk.exceptions import AirflowSkipException

from huiyan.errors import HuiyanError, OrchestrationError

logger = logging.getLogger(__name__)

OVER = ("success", "skipped", "failed", "upstream_failed")


def load_dags(folder: Path) -> dict[str, DAG]:
    """The DAGs of the files in `folder`, by id."""
    dags: dict[str, DAG] = {}
    for path in sorted(folder.glob("*.py")):
        name = f"huiyan_dags_{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise OrchestrationError(f"{path} cannot be imported.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        with warnings.catch_warnings(action="ignore"):
            spec.loader.exec_module(module)
        dags |= {value.dag_id: value for value in vars(module).values() if isinstance(value, DAG)}
    return dags


class _Partitions:
    """Records what a task adds to the partitions of one outlet."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def add_partitions(self, keys: list[str]) -> None:
        self.keys.extend(keys)


@dataclass
class Failure:
    """A task that failed; `error` is what it raised."""

    dag_id: str
    task_id: str
    error: Exception

    def __str__(self) -> str:
        words = str(self.error)
        if not isinstance(self.error, HuiyanError):
            words = f"{type(self.error).__name__}: {words}"
        return f"{self.dag_id}.{self.task_id}: {words}"


@dataclass
class InlineRun:
    """One run of one DAG for one business date.

    Attributes:
        states: state of every task, as Airflow calls them.
        results: what every task returned; a list for mapped ones.
        events: partitions added, by asset name.
        failures: the tasks that failed themselves.
        warnings: the teardowns that did, by which no run fails.
    """

    dag: DAG
    business_date: date
    states: dict[str, str] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    events: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    failures: list[Failure] = field(default_factory=list)
    warnings: list[Failure] = field(default_factory=list)

    def execute(self) -> "InlineRun":
        """Run every task whose predecessors succeeded; a failed one stops what follows it
        but for teardowns."""
        for task in self.dag.topological_sort():
            if task.task_id in self.states:
                continue
            upstream = [self.states[name] for name in task.upstream_task_ids]
            if task.is_teardown:
                self._run(task)
            elif any(state in ("failed", "upstream_failed") for state in upstream):
                self.states[task.task_id] = "upstream_failed"
            elif any(state == "skipped" for state in upstream):
                self.states[task.task_id] = "skipped"
            else:
                self._run(task)
        return self

    def _run(self, task: Any) -> None:
        try:
            if task.is_mapped:
                self._run_mapped(task)
                return
            result = self._call(task, task.python_callable, task.op_args, task.op_kwargs)
        except AirflowSkipException:
            self.states[task.task_id] = "skipped"
        except Exception as error:
            self._failed(task, error)
        else:
            self.states[task.task_id] = "success"
            if isinstance(result, PokeReturnValue):
                result = result.xcom_value
            self.results[task.task_id] = result
            if task.task_type == "_ShortCircuitDecoratedOperator" and not result:
                for name in task.downstream_task_ids:
                    self.states[name] = "skipped"

    def _run_mapped(self, task: Any) -> None:
        """Every item is run, also after one failed, as separate task instances would be."""
        ((name, source),) = task.op_kwargs_expand_input.value.items()
        results, state = [], "success"
        items = self._resolve(source)
        for item in items:
            try:
                results.append(
                    self._call(
                        task,
                        task.python_callable,
                        task.partial_kwargs["op_args"],
                        {**task.partial_kwargs["op_kwargs"], name: item},
                    )
                )
            except AirflowSkipException:
                continue
            except Exception as error:
                self._failed(task, error)
                state = "failed"
        self.states[task.task_id] = state if items else "skipped"
        self.results[task.task_id] = results

    def _failed(self, task: Any, error: Exception) -> None:
        logger.debug("%s.%s failed", self.dag.dag_id, task.task_id, exc_info=error)
        self.states[task.task_id] = "failed"
        failures = self.warnings if task.is_teardown else self.failures
        failures.append(Failure(self.dag.dag_id, task.task_id, error))

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, XComArg):
            return self.results[value.operator.task_id]
        return value

    def _call(self, task: Any, function: Any, arguments: Any, keywords: dict[str, Any]) -> Any:
        outlets = {asset: _Partitions() for asset in task.outlets}
        context = {
            "dag_run": SimpleNamespace(
                partition_key=self.business_date.isoformat(), logical_date=None
            ),
            "outlet_events": outlets,
        }
        wanted = inspect.signature(function).parameters
        known = {name: value for name, value in context.items() if name in wanted}
        resolved = {name: self._resolve(value) for name, value in keywords.items()}
        result = function(*(self._resolve(value) for value in arguments), **known, **resolved)
        for asset, partitions in outlets.items():
            self.events[asset.name].extend(partitions.keys)
        return result


def is_due(condition: Any, emitted: set[str]) -> bool:
    """Whether the asset condition of a DAG holds once the assets of these names have changed."""
    if isinstance(condition, AssetAll):
        return all(is_due(part, emitted) for part in condition.objects)
    if isinstance(condition, AssetAny):
        return any(is_due(part, emitted) for part in condition.objects)
    if isinstance(condition, Asset):
        return condition.name in emitted
    raise OrchestrationError(f"An asset condition of this kind is not known: {condition!r}.")
