"""The files of the demo district: the same every time, and as a landing zone must be."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from huiyan.demo.district import District, Options
from huiyan.demo.make import DAILY, OTHERS, REFERENCE, install_crosswalk, make
from huiyan.demo.truth import read_truth
from huiyan.errors import ConfigurationError
from huiyan.feeds.contract import load_contracts
from huiyan.settings import Settings
from huiyan.warehouse.reviewed import CROSSWALK

SMALL = Options(accounts=180)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    make(SMALL, out)
    return out


def _files(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes(demo: Path, tmp_path: Path) -> None:
    make(SMALL, tmp_path)
    assert _files(tmp_path) == _files(demo)


def test_made_again_over_itself(demo: Path) -> None:
    before = _files(demo)
    make(SMALL, demo)
    assert _files(demo) == before


def test_another_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="no demo"):
        make(SMALL, tmp_path)
    assert (tmp_path / "precious.txt").exists()


def test_another_seed_other_bytes(demo: Path, tmp_path: Path) -> None:
    make(Options(accounts=180, seed=1), tmp_path)
    assert _files(tmp_path)["truth.csv"] != _files(demo)["truth.csv"]


def test_every_delivery_has_a_true_manifest(demo: Path) -> None:
    landing = demo / "landing"
    manifests = list(landing.rglob("manifest.json"))
    assert len(manifests) == len(DAILY) * 4 + len(REFERENCE) + len(OTHERS) + 4
    for path in manifests:
        manifest = json.loads(path.read_text("utf-8"))
        assert manifest["feed"] == path.parent.parent.name
        assert manifest["business_date"] == path.parent.name
        listed = {entry["name"]: entry for entry in manifest["files"]}
        assert set(listed) == {f.name for f in path.parent.iterdir()} - {"manifest.json"}
        for name, entry in listed.items():
            digest = hashlib.sha256((path.parent / name).read_bytes()).hexdigest()
            assert entry["sha256"] == digest


def test_daily_feeds_come_on_every_business_date(demo: Path) -> None:
    dates = json.loads((demo / "demo.json").read_text("utf-8"))["business_dates"]
    assert dates == [
        "2025-11-25",
        "2025-11-26",
        "2025-11-27",
        "2025-11-28",
    ]
    for feed in DAILY:
        assert sorted(p.name for p in (demo / "landing" / feed).iterdir()) == dates


def test_senders_write_in_many_ways(demo: Path) -> None:
    files = [p for p in (demo / "landing").rglob("*") if p.is_file() and p.suffix != ".json"]
    assert {p.suffix for p in files} == {".csv", ".xlsx", ".xml"}
    heads = [p.read_bytes()[:4000].split(b"\n")[0] for p in files if p.suffix == ".csv"]
    assert any(head.startswith(b"\xef\xbb\xbf") for head in heads)

    def is_utf8(head: bytes) -> bool:
        try:
            head.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    assert any(not is_utf8(head) for head in heads)
    assert any(head.endswith(b"\r") for head in heads)
    vouchers = load_contracts()["finance_vouchers"]
    kinds = {
        kind
        for head in heads
        for kind in ("name", "identifier", "label")
        if is_utf8(head)
        and getattr(vouchers.column("voucher_date"), kind) in head.decode("utf-8-sig").split(",")
    }
    assert kinds == {"name", "identifier", "label"}


def test_no_truth_beyond_what_is_delivered(demo: Path) -> None:
    cases = read_truth(demo / "truth.csv")
    assert all((case.kind == "planted") == bool(case.expected_open_on) for case in cases)
    assert len({(case.rule_id, case.subject_id) for case in cases}) == len(cases)


def test_expected_quarantine_points_at_lines(demo: Path) -> None:
    with (demo / "expected_quarantine.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["feed"] for row in rows} == set(DAILY)
    for row in rows:
        path = demo / "landing" / row["feed"] / row["business_date"] / row["file_name"]
        assert path.exists()
        if path.suffix == ".csv":
            lines = path.read_bytes().splitlines()
            assert 1 < int(row["line_no"]) <= len(lines)


def test_default_size_is_the_papers() -> None:
    district = District(Options())
    assert sum(bool(unit.acct_set) for unit in district.units) >= 1130
    assert (
        sum(bool(unit.finance_code) + bool(unit.treasury_code) for unit in district.units) >= 2000
    )
    kinds: dict[str, int] = {}
    for body in district.bodies:
        kinds[body.kind] = kinds.get(body.kind, 0) + 1
    assert kinds["township_commission"] == 13
    assert kinds["dispatched_group"] == 11
    assert kinds["supervision_office"] == 5
    groups = [body for body in district.bodies if body.kind == "dispatched_group"]
    assert sum(body.headcount or 0 for body in groups) == 29


def test_card_numbers_pass_their_check_digit() -> None:
    district = District(SMALL)
    cards = [person.card_no for unit in district.units for person in unit.staff if person.card_no]
    assert len(set(cards)) == len(cards) > 20
    for number in cards:
        total = 0
        for place, digit in enumerate(reversed(number)):
            value = int(digit) * (2 if place % 2 else 1)
            total += value - 9 if value > 9 else value
        assert total % 10 == 0
        assert len(number) == 16


def test_crosswalk_never_replaces_a_districts_own(demo: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert install_crosswalk(demo, settings) == CROSSWALK.own_file(settings)
    assert install_crosswalk(demo, settings) == CROSSWALK.own_file(settings)
    own = ",".join(CROSSWALK.columns) + "\n1,2,same,,checked,somebody,2025-01-01\n"
    CROSSWALK.own_file(settings).write_text(own, "utf-8")
    assert install_crosswalk(demo, settings) is None
    assert CROSSWALK.own_file(settings).read_text("utf-8") == own


@pytest.mark.parametrize("wrong", [{"accounts": 10}, {"months": 2}, {"daily_days": -1}], ids=str)
def test_impossible_options(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        Options(**wrong)  # type: ignore[arg-type]
