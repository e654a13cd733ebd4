"""Checks the dbt project's layering and documentation: `python -m huiyan.warehouse.lint`.

Nothing is read from or written to a warehouse: the project is only parsed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from huiyan.settings import REPOSITORY

CONFIGURATION = REPOSITORY / "dbt-bouncer.yml"
PROJECT = REPOSITORY / "dbt_project"


def _run(*command: str, folder: Path, artifacts: Path) -> int:
    environment = os.environ | {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(artifacts),
        "DBT_LOG_PATH": str(artifacts / "logs"),
    }
    program = Path(sys.executable).with_name(command[0])
    return subprocess.run(
        [str(program), *command[1:]], cwd=folder, env=environment, check=False
    ).returncode


def main() -> int:
    """Parse the project and judge its manifest; 0 if nothing is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        artifacts = Path(folder)
        parsed = _run("dbt", "--quiet", "parse", folder=PROJECT, artifacts=artifacts)
        if parsed != 0:
            return parsed
        configuration = artifacts / CONFIGURATION.name
        configuration.write_text(
            f"dbt_artifacts_dir: {artifacts}\n{CONFIGURATION.read_text(encoding='utf-8')}",
            encoding="utf-8",
        )
        return _run(
            *("dbt-bouncer", "run", "--config-file", str(configuration), "--show-all-failures"),
            folder=REPOSITORY,
            artifacts=artifacts,
        )


if __name__ == "__main__":
    sys.exit(main())
