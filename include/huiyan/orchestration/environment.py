"""The environment of a local Airflow: everything Airflow reads, made from Huiyan's settings."""

import base64
import hashlib
import json
import os
import socket
from pathlib import Path

from huiyan.settings import REPOSITORY, Settings
from huiyan.warehouse.connection import sqlalchemy_url

HOST = "127.0.0.1"
USER = "huiyan"
PARALLELISM = 12
EXECUTOR = "huiyan.orchestration.executor.WarmLocalExecutor"


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def airflow_home(settings: Settings) -> Path:
    """Where Airflow keeps its state."""
    return settings.home_dir / "airflow"


def login(settings: Settings) -> tuple[str, str]:
    """User and password of the web page; the password is made once per state directory."""
    return USER, settings.secret("airflow_password")


def _passwords_file(settings: Settings) -> Path:
    # Written before Airflow starts: Airflow would print a password it makes itself.
    user, password = login(settings)
    path = settings.home_dir / "secrets" / "airflow_passwords.json"
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({user: password}) + "\n")
    draft.replace(path)
    return path


def _fernet_key(settings: Settings) -> str:
    digest = hashlib.sha256(settings.secret("airflow_fernet").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()


def base_environment(settings: Settings) -> dict[str, str]:
    """What is needed to import DAGs and plugins; no secret, no database."""
    return {
        "AIRFLOW_HOME": str(airflow_home(settings)),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(airflow_home(settings) / "logs"),
        "GX_ANALYTICS_ENABLED": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def airflow_environment(settings: Settings, port: int) -> dict[str, str]:
    """Everything the services of a local Airflow read from the environment.

    Args:
        port: port of the api-server on 127.0.0.1.
    """
    database = sqlalchemy_url(settings, "airflow").render_as_string(hide_password=False)
    home = airflow_home(settings)
    return base_environment(settings) | {
        "HUIYAN_HOME": str(settings.home_dir),
        "HUIYAN_LANDING": str(settings.landing),
        "HUIYAN_OUTBOX": str(settings.outbox),
        "AIRFLOW__CORE__EXECUTOR": EXECUTOR,
        "AIRFLOW__CORE__PARALLELISM": str(PARALLELISM),
        "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": str(PARALLELISM),
        "AIRFLOW__CORE__MAX_MAP_LENGTH": "5000",
        "AIRFLOW__CORE__FERNET_KEY": _fernet_key(settings),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_passwords_file(settings)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{HOST}:{port}/execution/",
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "5",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": database,
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://{HOST}:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": settings.secret("airflow_api"),
        "AIRFLOW__API__INSTANCE_NAME": "慧眼 Huiyan",
        "AIRFLOW__API_AUTH__JWT_SECRET": settings.secret("airflow_jwt") * 2,
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "AIRFLOW__SCHEDULER__MAX_DAGRUNS_TO_CREATE_PER_LOOP": "50",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "600",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
        # A supervisor that misses the end of its task sleeps this long before it looks again.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(
            home / "logs" / "dag_processor"
        ),
    }
