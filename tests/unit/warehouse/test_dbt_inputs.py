"""What a rule's workbench is built anew for."""

import shutil
from pathlib import Path

import pytest

from huiyan.warehouse import dbt


@pytest.mark.parametrize(
    ("changed", "is_input"),
    [
        ("models/intermediate/int_unit.sql", True),
        ("models/patterns/pattern_open_hit.sql", True),
        ("models/history/rule_spell.sql", True),
        ("models/patterns/rule_scf_008_score.sql", False),
        ("models/rules/rule_scf_001_off_register.sql", False),
    ],
)
def test_what_rules_read_is_built_anew_when_it_changes(
    changed: str, is_input: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("models", "macros", "seeds"):
        shutil.copytree(dbt.PROJECT / folder, tmp_path / folder)
    monkeypatch.setattr(dbt, "PROJECT", tmp_path)
    before = dbt.inputs_hash()
    with (tmp_path / changed).open("a", encoding="utf-8") as model:
        model.write("-- changed\n")
    assert (dbt.inputs_hash() != before) is is_input
