"""A small client of Airflow's public REST API, for a local Airflow."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import httpx

from huiyan.errors import OrchestrationError

SECONDS = 30.0
TRIES = 4


@dataclass(frozen=True)
class Run:
    """One run of a DAG."""

    dag_id: str
    run_id: str
    partition: str | None
    state: str

    @property
    def is_over(self) -> bool:
        """Whether it ended, well or not."""
        return self.state in ("success", "failed")


class Airflow:
    """A logged-in session; a context manager."""

    def __init__(self, url: str, user: str, password: str) -> None:
        # A proxy of the environment must not be asked for 127.0.0.1.
        self._http = httpx.Client(base_url=url, timeout=SECONDS, trust_env=False)
        self._login = {"username": user, "password": password}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def is_healthy(self) -> bool:
        """Whether scheduler, dag-processor and triggerer report themselves healthy."""
        try:
            response = self._http.get("/api/v2/monitor/health", timeout=5)
        except httpx.HTTPError:
            return False
        if response.status_code != 200:
            return False
        health = response.json()
        return all(
            (health.get(part) or {}).get("status") == "healthy"
            for part in ("metadatabase", "scheduler", "dag_processor", "triggerer")
        )

    def login(self) -> None:
        """Fetch a token for this session."""
        self._http.headers.pop("Authorization", None)
        token = self._send("POST", "/auth/token", json=self._login)["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    @property
    def authorization(self) -> str:
        """The header that proves the login, for other requests to the same api-server."""
        return str(self._http.headers["Authorization"])

    def _send(self, method: str, path: str, **arguments: Any) -> Any:
        """One request; a service that is busy for a moment is asked again.

        Raises:
            OrchestrationError: the api-server refused or could not be reached.
        """
        for attempt in range(1, TRIES + 1):
            try:
                response = self._http.request(method, path, **arguments)
            except httpx.TransportError as error:
                if attempt == TRIES:
                    raise OrchestrationError(
                        f"Airflow's api-server does not answer ({method} {path}): {error}"
                    ) from error
                time.sleep(attempt)
                continue
            if response.status_code == 409 and method == "POST":
                return {}
            if response.is_error:
                raise OrchestrationError(
                    f"Airflow refused {method} {path}: {response.status_code} {response.text[:500]}"
                )
            return response.json() if response.content else {}
        raise AssertionError("unreachable")

    def dag_ids(self) -> set[str]:
        """Ids of the DAGs Airflow has parsed."""
        answer = self._send("GET", "/api/v2/dags", params={"limit": 100})
        return {dag["dag_id"] for dag in answer["dags"]}

    def import_errors(self) -> list[str]:
        """What could not be parsed, one text per file."""
        answer = self._send("GET", "/api/v2/importErrors", params={"limit": 100})
        return [f"{error['filename']}: {error['stack_trace']}" for error in answer["import_errors"]]

    def add_pool(self, name: str, slots: int, description: str) -> None:
        """Make a pool; one of that name that exists already is left alone."""
        self._send(
            "POST",
            "/api/v2/pools",
            json={"name": name, "slots": slots, "description": description},
        )

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run this DAG."""
        self._send(
            "PATCH",
            f"/api/v2/dags/{dag_id}",
            params={"update_mask": "is_paused"},
            json={"is_paused": False},
        )

    def trigger(self, dag_id: str, run_id: str, partition: str) -> None:
        """Start a run for one partition; a run of that id that exists already is left alone."""
        self._send(
            "POST",
            f"/api/v2/dags/{dag_id}/dagRuns",
            json={"dag_run_id": run_id, "logical_date": None, "partition_key": partition},
        )

    def runs(self, since: datetime) -> list[Run]:
        """All runs that were to start at `since` or later, oldest first."""
        return self._runs("~", {"run_after_gte": since.isoformat()})

    def runs_of(self, dag_id: str) -> list[Run]:
        """All runs of one DAG, oldest first."""
        return self._runs(dag_id, {})

    def _runs(self, dag_id: str, filters: dict[str, Any]) -> list[Run]:
        runs: list[Run] = []
        while True:
            answer = self._send(
                "GET",
                f"/api/v2/dags/{dag_id}/dagRuns",
                params={"limit": 100, "offset": len(runs), "order_by": "run_after", **filters},
            )
            runs += [
                Run(run["dag_id"], run["dag_run_id"], run["partition_key"], run["state"])
                for run in answer["dag_runs"]
            ]
            if len(runs) >= answer["total_entries"] or not answer["dag_runs"]:
                return runs

    def failed_tasks(self, run: Run) -> list[dict[str, Any]]:
        """The task instances of a run that failed."""
        answer = self._send(
            "GET",
            f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances",
            params={"state": "failed", "limit": 100},
        )
        return list(answer["task_instances"])

    def task_log(self, task: dict[str, Any], lines: int = 30) -> str:
        """The last lines of a task instance's last try."""
        answer = self._send(
            "GET",
            f"/api/v2/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/"
            f"{task['task_id']}/logs/{task['try_number']}",
            params={"map_index": task["map_index"], "full_content": "true"},
            headers={"Accept": "application/json"},
        )
        content = answer.get("content") or []
        texts = []
        for entry in content:
            if isinstance(entry, str):
                texts.append(entry)
                continue
            texts.append(str(entry.get("event", "")))
            for detail in entry.get("error_detail") or []:
                texts.append(f"{detail.get('exc_type')}: {detail.get('exc_value')}")
        return "\n".join(texts[-lines:])
