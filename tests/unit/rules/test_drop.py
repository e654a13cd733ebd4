"""`huiyan rules drop`: it takes back what `rules new` wrote, and nothing of a rule that counts."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiyan.errors import ConfigurationError
from huiyan.rules import catalogue
from huiyan.rules.catalogue import PARAMETERS, load_rule, load_rules
from huiyan.rules.cli import app
from huiyan.rules.drop import drop, named_elsewhere
from huiyan.rules.scaffold import begin
from huiyan.settings import Settings
from huiyan.warehouse.reviewed import RULE_STATUS


def contents(library: Path) -> dict[Path, str]:
    models = library.parent
    files = [*models.rglob("*.sql"), *models.rglob("*.yml"), catalogue.PARAMETERS]
    return {path: path.read_text("utf-8") for path in files}


def test_what_was_begun_is_taken_back_to_the_letter(library: Path) -> None:
    before = contents(library)
    begin("VOU-998", "large", thresholds=["min_amount=5000", "share=0.5"])
    begin("VOU-997", "other", thresholds=["min_amount=1"])
    other = contents(library).keys() - before.keys()
    assert CliRunner().invoke(app, ["drop", "vou-997", "--yes"]).exit_code == 0
    assert contents(library).keys() < before.keys() | other
    said = CliRunner().invoke(app, ["drop", "VOU-998", "--yes"])
    assert said.exit_code == 0, said.output
    assert said.output.count("removed: ") == said.output.count("changed: ") == 2
    assert contents(library) == before


def test_a_rule_without_thresholds_leaves_their_file_alone(library: Path) -> None:
    begin("VOU-998", "large")
    paths = drop(load_rule("VOU-998"), Settings())
    assert [path.name for path in paths][2:] == ["rule_results.sql"]


def test_it_asks_first(library: Path) -> None:
    begin("VOU-998", "large")
    before = contents(library)
    said = CliRunner().invoke(app, ["drop", "VOU-998"], input="n\n")
    assert said.exit_code == 1
    assert "Delete rule_vou_998_large.sql and rule_vou_998_large.yml" in said.output
    assert contents(library) == before


def test_a_rule_that_ever_counted_stays(library: Path) -> None:
    before = contents(library)
    for rule in ("VOU-002", "LOOP-001", "STAT-001"):
        with pytest.raises(ConfigurationError, match=f"{rule} is not dropped"):
            drop(load_rule(rule), Settings())
    assert contents(library) == before


def test_a_draft_that_a_district_has_put_to_use_stays(library: Path) -> None:
    begin("VOU-998", "large")
    own = RULE_STATUS.own_file(Settings())
    own.parent.mkdir(parents=True)
    own.write_text(
        f"{','.join(RULE_STATUS.columns)}\nVOU-998,1,shadow,2025-09-01,office 2,,to try it\n"
    )
    with pytest.raises(ConfigurationError, match=r"has a life \(.*rule_status.csv, line 2\)"):
        drop(load_rule("VOU-998"), Settings())
    assert "VOU-998" in load_rules()


def test_a_draft_that_another_model_names_stays(library: Path) -> None:
    begin("VOU-998", "large")
    (other,) = library.glob("rule_vou_004_*.sql")
    other.write_text(f"-- As in VOU-998.\n{other.read_text('utf-8')}")
    with pytest.raises(ConfigurationError, match=f"{other.name} names it"):
        drop(load_rule("VOU-998"), Settings())


def test_where_else_a_rule_is_named_is_found() -> None:
    places = {path.name for path in named_elsewhere(load_rule("PAY-004"))}
    assert {"score_weight.csv", "rule_status.csv", "rules.md", "demo_oracle_payments.py"} <= places


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_go_however_they_are_written_and_others_stay(library: Path, end: str) -> None:
    before = PARAMETERS.read_text("utf-8").replace("\n", end).encode()
    catalogue.PARAMETERS.write_bytes(before)
    begin("VOU-998", "large")
    own = [
        f'"VOU-998",share,1,2000-01-01,9999-12-31,"依据一{end}依据二",某人{end}',
        f"VOU-9981,share,1,2000-01-01,9999-12-31,依据,某人{end}",
    ]
    catalogue.PARAMETERS.write_bytes(before + "".join(own).encode())
    drop(load_rule("VOU-998"), Settings())
    assert catalogue.PARAMETERS.read_bytes() == before + own[1].encode()
