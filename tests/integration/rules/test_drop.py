"""A rule whose alerts went out is not dropped, whatever its files say by now."""

import shutil
from pathlib import Path

import pytest

from alert_district import MONDAY, District
from huiyan.alerts.issue import issue
from huiyan.errors import ConfigurationError
from huiyan.rules import catalogue
from huiyan.rules.catalogue import MODELS, PARAMETERS, load_rule
from huiyan.rules.drop import drop
from huiyan.rules.scaffold import begin


def test_a_rule_that_was_pushed_stays(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "MODELS", shutil.copytree(MODELS, tmp_path / "models"))
    monkeypatch.setattr(
        catalogue, "PARAMETERS", Path(shutil.copy(PARAMETERS, tmp_path / PARAMETERS.name))
    )
    begin("VOU-998", "large")
    district.hit("ATT-001", "V1")
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    district.run("update ops.alert set rule_id = 'VOU-998'")
    with pytest.raises(ConfigurationError, match="bodies were sent alerts of it"):
        drop(load_rule("VOU-998"), district.settings)
    district.run("update ops.alert set rule_id = 'ATT-001'")
    assert len(drop(load_rule("VOU-998"), district.settings)) == 3
