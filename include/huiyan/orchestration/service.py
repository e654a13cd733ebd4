"""Entry point of a container: `python -m huiyan.orchestration.service <airflow arguments>`.

Makes Airflow's environment from Huiyan's settings, as a local Airflow has it; whatever is set in
the container's environment wins. `migrate` prepares both databases, `login` shows the web page's
user and password.
"""

import os
import subprocess
import sys

from rich.console import Console

from huiyan.orchestration.environment import airflow_environment, login
from huiyan.orchestration.vocabulary import POOLS
from huiyan.settings import get_settings

PORT = 8080


def main(arguments: list[str]) -> int:
    """Do `login` or `migrate` and return its exit code, else become `airflow <arguments>`."""
    settings = get_settings()
    if arguments == ["login"]:
        user, password = login(settings)
        Console().print(f"user {user}, password {password}", highlight=False)
        return 0
    environment = airflow_environment(settings, PORT) | dict(os.environ)
    if arguments == ["migrate"]:
        from huiyan.warehouse.migrate import migrate

        migrate(settings)
        codes = [
            subprocess.run(
                [sys.executable, "-m", "airflow", *command], env=environment, check=False
            ).returncode
            for command in (
                ("db", "migrate"),
                *(("pools", "set", name, str(slots), why) for name, slots, why in POOLS),
            )
        ]
        return max(codes)
    command = [sys.executable, "-m", "airflow", *arguments]
    return os.execve(command[0], command, environment)  # noqa: S606


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
