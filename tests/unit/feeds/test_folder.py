"""What lies in a feed's day: one sender's bad file is that sender's, a link leads nowhere."""

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from huiyan.errors import LandingError
from huiyan.feeds import anonymous, collect, folder
from huiyan.feeds.archive import Archive
from huiyan.feeds.contract import FeedContract, load_contract
from huiyan.settings import Settings

DAY = date(2025, 9, 1)
RETURNS, VOUCHERS = load_contract("returns"), load_contract("finance_vouchers")
SECRET = b"secret of the machine"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "outside.csv").write_bytes(SECRET)
    return Settings(home=tmp_path / "home", card_key="key")  # type: ignore[arg-type]


def day_of(settings: Settings, contract: FeedContract) -> Path:
    place = settings.landing / contract.name / DAY.isoformat()
    place.mkdir(parents=True, exist_ok=True)
    return place


def archived(
    settings: Settings,
    contract: FeedContract,
    meanwhile: Callable[[], object] = lambda: None,
) -> dict[str, tuple[bytes, str | None]]:
    """Content and error by name of what is archived, if `meanwhile` happens after the look."""
    delivery = folder.inspect(contract, DAY, settings)
    assert delivery is not None
    assert delivery.problems == []
    meanwhile()
    archive = Archive(settings, contract)
    files = collect._archive_all(delivery, contract, archive)
    kept = {}
    for file in files:
        with archive.open(file.archived.sha256) as stream:
            kept[file.name] = (stream.read(), file.error)
    return kept


@pytest.mark.parametrize(
    "content",
    [
        b'{"body": "TC01", "files": [',
        json.dumps({"body": "青禾"}, ensure_ascii=False).encode("gb18030"),
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"body": "' + b"x" * (16 * 1024**2) + b'"}',
        b'{"feed": "budgets", "business_date": "2025-09-01", "files": []}',
        b'{"feed": "returns", "business_date": "2025-09-01", "files": [{"name": "gone.csv"}]}',
        b'{"feed": "returns", "business_date": "2025-09-01"}',
    ],
    ids=lambda content: repr(content[:30]),
)
def test_a_bad_manifest_among_forms_is_noted_and_stops_nobody(
    settings: Settings, content: bytes
) -> None:
    day = day_of(settings, RETURNS)
    (day / "TC01__alerts.csv").write_bytes(b"form")
    (day / "manifest.json").write_bytes(content)
    delivery = folder.inspect(RETURNS, DAY, settings)
    assert delivery is not None
    assert delivery.manifest is None
    kept = archived(settings, RETURNS)
    assert kept["TC01__alerts.csv"] == (b"form", None)
    assert "manifest.json" in kept


def test_a_true_control_among_forms_controls_what_lies_beside_it(settings: Settings) -> None:
    day = day_of(settings, RETURNS)
    (day / "TC01").mkdir()
    for name in ("TC01__alerts.csv", "TC01/alerts.csv"):
        (day / name).write_bytes(b"form")
    listed = [{"name": "TC01__alerts.csv"}]
    control = {"feed": "returns", "business_date": DAY.isoformat(), "files": listed}
    (day / "manifest.json").write_text(json.dumps(control), "utf-8")
    delivery = folder.inspect(RETURNS, DAY, settings)
    assert delivery is not None
    assert (delivery.problems, delivery.noted) == ([], {})
    assert delivery.manifest is not None
    assert len(delivery.files) == 2


def test_where_a_form_lies_is_part_of_what_was_said(settings: Settings) -> None:
    day = day_of(settings, RETURNS)
    vouchers = day_of(settings, VOUCHERS)
    for place in (day / "alerts.csv", vouchers / "a.csv"):
        place.write_bytes(b"form")

    def content_hash(contract: FeedContract) -> str:
        delivery = folder.inspect(contract, DAY, settings)
        assert delivery is not None
        files = collect._archive_all(delivery, contract, Archive(settings, contract))
        said = collect._content_hash(contract, delivery, files)
        # As when it is read anew from the archive.
        rebuilt = folder.rebuild(contract, DAY, [file.name for file in files], None)
        assert collect._content_hash(contract, rebuilt, files) == said
        return said

    before = content_hash(RETURNS), content_hash(VOUCHERS)
    (day / "TC01").mkdir()
    (day / "alerts.csv").rename(day / "TC01" / "alerts.csv")
    (vouchers / "a.csv").rename(vouchers / "b.csv")
    assert content_hash(RETURNS) != before[0]
    assert content_hash(VOUCHERS) == before[1]


def test_a_form_that_moves_meanwhile_is_noted_and_the_others_are_archived(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = day_of(settings, RETURNS)
    for body in ("TC01", "U002", "U003", "U004"):
        (day / body).mkdir()
        (day / body / "alerts.csv").write_bytes(body.encode())
    feed = collect.EncodingProbe.feed

    def changed(probe: collect.EncodingProbe, block: bytes) -> None:
        feed(probe, block)
        if block == b"U003":
            (day / "U003/alerts.csv").write_bytes(b"U003 and more")

    def meanwhile() -> None:
        (day / "TC01" / "alerts.csv").unlink()
        (day / "U004" / "alerts.csv").rename(day / "U004" / "later.csv")
        (day / "U004" / "alerts.csv").mkdir()

    with monkeypatch.context() as patched:
        patched.setattr(collect.EncodingProbe, "feed", changed)
        kept = archived(settings, RETURNS, meanwhile)
    assert kept["U002/alerts.csv"] == (b"U002", None)
    assert {name: error for name, (_, error) in kept.items() if error} == {
        "TC01/alerts.csv": "TC01/alerts.csv vanished while it was being collected",
        "U003/alerts.csv": "U003/alerts.csv changed while it was being read",
        "U004/alerts.csv": "U004/alerts.csv is not a regular file",
    }
    kept = archived(settings, RETURNS)
    assert kept["U003/alerts.csv"] == (b"U003 and more", None)
    assert kept["U004/later.csv"] == (b"U004", None)


def test_a_form_that_vanishes_while_the_folder_is_looked_at_has_not_come(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = day_of(settings, RETURNS)
    for body in ("TC01", "U002"):
        (day / body).mkdir()
        (day / body / "alerts.csv").write_bytes(body.encode())
    take = folder._take

    def too_late(delivery: folder.Delivery, path: Path, *depth: int) -> None:
        if path == day / "TC01" / "alerts.csv":
            path.unlink()
        take(delivery, path, *depth)

    monkeypatch.setattr(folder, "_take", too_late)
    assert list(archived(settings, RETURNS)) == ["U002/alerts.csv"]


def test_a_full_archive_is_no_senders_fault(
    settings: Settings,
) -> None:
    (day_of(settings, RETURNS) / "TC01__alerts.csv").write_bytes(b"form")
    settings.archive.mkdir(parents=True)
    (settings.archive / "returns").write_bytes(b"no folder")
    with pytest.raises(LandingError, match="cannot be archived"):
        archived(settings, RETURNS)


def swapped(what: Path, outside: Path) -> Callable[[], object]:
    def swap() -> None:
        what.rename(what.with_name("." + what.name))
        what.symlink_to(outside)

    return swap


@pytest.mark.parametrize("part", ["TC01", "TC01/a", "TC01/a/b.csv", ""])
def test_a_form_swapped_for_a_link_is_not_followed(settings: Settings, part: str) -> None:
    day = day_of(settings, RETURNS)
    (day / "TC01" / "a").mkdir(parents=True)
    (day / "TC01" / "a" / "b.csv").write_bytes(b"form")
    outside = settings.home.parent / "outside"
    (outside / "TC01" / "a").mkdir(parents=True)
    (outside / "TC01" / "a" / "b.csv").write_bytes(SECRET)
    kept = archived(settings, RETURNS, swapped(day / part, outside / part))
    what = "became a link" if part.endswith(".csv") else "no longer lies in a folder"
    assert [error for _, error in kept.values()] == [f"TC01/a/b.csv {what}"]


def test_a_file_swapped_for_a_link_is_not_followed(settings: Settings) -> None:
    day = day_of(settings, VOUCHERS)
    (day / "a.csv").write_bytes(b"rows")
    outside = settings.home.parent / "outside.csv"
    with pytest.raises(LandingError, match=r"a\.csv became a link"):
        archived(settings, VOUCHERS, swapped(day / "a.csv", outside))


def test_a_link_within_the_folder_is_its_file_whatever_the_link_becomes(
    settings: Settings,
) -> None:
    day = day_of(settings, VOUCHERS)
    (day / ".upload").write_bytes(b"rows")
    (day / "a.csv").symlink_to(".upload")

    def meanwhile() -> None:
        (day / "a.csv").unlink()
        (day / "a.csv").symlink_to(settings.home.parent / "outside.csv")

    assert archived(settings, VOUCHERS, meanwhile) == {"a.csv": (b"rows", None)}


def test_a_manifest_swapped_for_a_link_or_a_pipe_is_not_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = day_of(settings, VOUCHERS)
    place = day / "manifest.json"
    place.write_bytes(b"{}")
    entries = folder._entries

    def and_swapped(delivery: folder.Delivery, path: Path) -> list[Path]:
        found = entries(delivery, path)
        place.unlink()
        os.mkfifo(place)
        return found

    monkeypatch.setattr(folder, "_entries", and_swapped)
    delivery = folder.inspect(VOUCHERS, DAY, settings)
    assert delivery is not None
    assert delivery.problems == ["manifest.json is not a regular file; only files are delivered"]


def test_a_complaint_swapped_for_a_link_is_not_read(settings: Settings) -> None:
    complaints = load_contract("complaints")
    day = day_of(settings, complaints)
    (day / "a.csv").symlink_to(settings.home.parent / "outside.csv")
    with pytest.raises(LandingError, match=r"complaints-1\.csv became a link"):
        anonymous.scrub(complaints, day / "a.csv", 1)
