"""A rule is tried in a small warehouse of its own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiyan.rules.cli import app
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import embedded


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home, where the system user that a server runs as may walk to."""
    with tempfile.TemporaryDirectory(prefix="huiyan-test-") as folder:
        monkeypatch.setenv("HUIYAN_HOME", f"{folder}/home")
        monkeypatch.delenv("HUIYAN_WAREHOUSE_URL", raising=False)
        yield Path(folder) / "home"


@pytest.mark.slow
def test_a_rule_is_tried_on_both_databases_and_no_server_stays(home: Path) -> None:
    tried = CliRunner().invoke(app, ["test", "REC-001"])

    assert tried.exit_code == 0, tried.output
    assert "REC-001: every unit test passes." in tried.output
    assert "REC-001: its SQL runs on DuckDB too" in tried.output
    assert not embedded.data_directory(get_settings()).exists(), "no other warehouse is touched"
    server = embedded.data_directory(Settings(home=home / "rule-workbench"))
    assert server.exists()
    assert not (server / "postmaster.pid").exists()
