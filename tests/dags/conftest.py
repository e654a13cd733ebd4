"""The DAG bag as Airflow itself reads it, with an Airflow home of its own."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huiyan.orchestration.environment import base_environment
from huiyan.settings import Settings


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Environment in which Airflow is imported: no examples, no database of anyone's."""
    home = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("HUIYAN_HOME", str(home))
    for name in ("HUIYAN_FEEDS", "HUIYAN_LANDING", "HUIYAN_OUTBOX", "HUIYAN_WAREHOUSE_URL"):
        patch.delenv(name, raising=False)
    for name, value in base_environment(Settings()).items():
        patch.setenv(name, value)
    yield Path(os.environ["AIRFLOW_HOME"])
    patch.undo()


@pytest.fixture(scope="session")
def bag(airflow_home: Path) -> Any:
    """All DAGs of the repository."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
