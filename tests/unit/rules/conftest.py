"""A library that a test may write into."""

import shutil
from pathlib import Path

import pytest

from huiyan.rules import catalogue
from huiyan.rules.catalogue import MODELS, PARAMETERS


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the rules in a copy of the library; a state directory without a warehouse."""
    copy = tmp_path / "models"
    shutil.copytree(MODELS, copy)
    monkeypatch.setattr(catalogue, "MODELS", copy)
    monkeypatch.setattr(
        catalogue, "PARAMETERS", Path(shutil.copy(PARAMETERS, tmp_path / PARAMETERS.name))
    )
    monkeypatch.setenv("HUIYAN_HOME", str(tmp_path / "home"))
    return copy / "rules"
