"""`huiyan rules new`: what it writes, and what it refuses without writing anything."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from huiyan.errors import ConfigurationError
from huiyan.rules import catalogue
from huiyan.rules.catalogue import MODELS, load_rules
from huiyan.rules.scaffold import SUBJECTS, TO_FILL_IN, begin


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the library, in which rules may be begun."""
    copy = tmp_path / "models"
    shutil.copytree(MODELS, copy)
    monkeypatch.setattr(catalogue, "MODELS", copy)
    return copy / "rules"


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


@pytest.mark.parametrize("subject_type", SUBJECTS)
def test_it_writes_a_pair_and_the_entry(library: Path, subject_type: str) -> None:
    before = contents(library)
    written = begin("vou-998", "no_reviewer", subject_type)
    model = "rule_vou_998_no_reviewer"
    assert [path.name for path in written] == [f"{model}.sql", f"{model}.yml", "rule_results.sql"]
    after = contents(library)
    assert {name for name in after if after[name] != before.get(name)} == {
        path.name for path in written
    }
    listed = re.findall(r"'(rule_vou_\w+)'", after["rule_results.sql"])
    assert listed == [*sorted(listed[:-1]), model]
    rule = load_rules()["VOU-998"]
    assert (rule.status, rule.version, rule.family) == ("draft", 1, "VOU")
    assert rule.subject_type == subject_type
    assert f"rule_result('{subject_type}')" in after[f"{model}.sql"]
    assert TO_FILL_IN in after[f"{model}.sql"]
    tests = yaml.safe_load(after[f"{model}.yml"])["unit_tests"]
    assert [test["name"].split("__")[1].split("_")[0] for test in tests] == [
        "hit",
        "near",
        "excluded",
    ]


def test_a_new_family_comes_last(library: Path) -> None:
    begin("LOC-001", "own_rule")
    listed = (library / "rule_results.sql").read_text("utf-8")
    assert "    'rule_loc_001_own_rule',\n] %}" in listed


@pytest.mark.parametrize(
    ("rule_id", "words", "subject", "said"),
    [
        ("VOU-002", "again", "voucher", "VOU-002 exists, or existed"),
        ("VOU-21", "no_reviewer", "voucher", "is no rule id"),
        ("V-998", "no_reviewer", "voucher", "is no rule id"),
        ("../X-998", "no_reviewer", "voucher", "is no rule id"),
        ("VOU-998", "No reviewer", "voucher", "small letters"),
        ("VOU-998", "../no_reviewer", "voucher", "small letters"),
        ("VOU-998", "x" * 22, "voucher", "at most 21 characters"),
        ("VOU-998", "no_reviewer", "lease", "no skeleton for 'lease'"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    library: Path, rule_id: str, words: str, subject: str, said: str
) -> None:
    before = contents(library)
    with pytest.raises(ConfigurationError, match=said):
        begin(rule_id, words, subject)
    assert contents(library) == before


def test_a_yml_that_is_none_is_named_with_its_line(library: Path) -> None:
    (broken,) = library.glob("rule_att_001_*.yml")
    broken.write_text(broken.read_text("utf-8").replace("scope: voucher_id", "scope: [voucher_id"))
    with pytest.raises(ConfigurationError, match=rf"{broken.name} is no YAML: .* line \d+"):
        load_rules()
