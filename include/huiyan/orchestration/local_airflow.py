"""A whole Airflow on this machine: its database, its four services, and a session with it."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huiyan.errors import OrchestrationError
from huiyan.orchestration.calendar import subscribed_contracts
from huiyan.orchestration.client import Airflow
from huiyan.orchestration.environment import (
    HOST,
    airflow_environment,
    airflow_home,
    free_port,
    login,
)
from huiyan.orchestration.services import Services
from huiyan.orchestration.vocabulary import POOLS
from huiyan.settings import Settings

START_SECONDS = 240
OTHER_DAGS = ("alerts", "feeds_deadline", "maintenance", "outbox", "warehouse")


def expected_dag_ids(settings: Settings) -> set[str]:
    """Ids of the DAGs there must be: one per subscribed feed, and the others."""
    feeds = {f"feed_{contract.name}" for contract in subscribed_contracts(settings)}
    return feeds | set(OTHER_DAGS)


@dataclass(frozen=True)
class LocalAirflow:
    """A running Airflow."""

    url: str
    services: Services
    session: Airflow


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    home = airflow_home(settings)
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OrchestrationError(
                f"An Airflow already runs in {home}. Stop it first (Ctrl-C where it was started)."
            ) from error
        yield


@contextmanager
def local_airflow(
    settings: Settings, on_stage: Callable[[str], None] = lambda _: None
) -> Iterator[LocalAirflow]:
    """Start Airflow, hand it over once it has parsed every DAG, stop all of it at the end.

    Call it from the main thread: the services end with the thread that started them.

    Args:
        on_stage: called with a few words whenever the start has come further.

    Raises:
        OrchestrationError: a service ended, a DAG cannot be parsed, or it takes too long.
    """
    port = free_port()
    logs = settings.home_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    services = Services(dict(os.environ) | airflow_environment(settings, port), Path(logs))
    url = f"http://{HOST}:{port}"
    with _only_one(settings), Airflow(url, *login(settings)) as session:
        try:
            on_stage("preparing Airflow's database")
            services.airflow("db", "migrate")
            on_stage("starting api-server, scheduler, dag-processor, triggerer")
            services.start()
            _wait_until_ready(services, session, expected_dag_ids(settings), on_stage)
            yield LocalAirflow(url, services, session)
        finally:
            services.stop()


def _wait_until_ready(
    services: Services, session: Airflow, expected: set[str], on_stage: Callable[[str], None]
) -> None:
    deadline = time.monotonic() + START_SECONDS
    is_logged_in = False
    while time.monotonic() < deadline:
        services.check()
        if not is_logged_in and session.is_healthy():
            session.login()
            for pool in POOLS:
                session.add_pool(*pool)
            is_logged_in = True
            on_stage("parsing the DAGs")
        if is_logged_in:
            if errors := session.import_errors():
                raise OrchestrationError("A DAG file cannot be parsed:\n" + "\n".join(errors))
            if expected <= session.dag_ids():
                return
        time.sleep(0.3)
    raise OrchestrationError(
        f"Airflow was not ready after {START_SECONDS} seconds. The logs are in {services.logs}; "
        f"the scheduler's ends:\n{services.tail('scheduler')}"
    )
