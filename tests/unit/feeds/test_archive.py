"""The archive: the same bytes back, once each, card files never in clear."""

import io
import os
from pathlib import Path

import pytest

from huiyan.errors import LandingError
from huiyan.feeds.archive import Archive
from huiyan.feeds.contract import load_contract
from huiyan.settings import Settings

FEEDS = ["finance_vouchers", "card_transactions"]


def archive_of(home: Path, feed: str, key: str = "key") -> Archive:
    return Archive(Settings(home=home, card_key=key), load_contract(feed))  # type: ignore[arg-type]


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_gives_back_the_same_bytes(tmp_path: Path, feed: str, size: int) -> None:
    content = os.urandom(size)
    source = tmp_path / "a.csv"
    source.write_bytes(content)
    archive = archive_of(tmp_path, feed)
    archived = archive.store(source)
    assert archive.store(source) == archived
    with archive.open(archived.sha256) as stream:
        assert stream.read() == content
        stream.seek(-min(size, 70_000), io.SEEK_END)
        assert stream.read() == content[size - min(size, 70_000) :]
        stream.seek(size // 2)
        assert stream.read(10) == content[size // 2 : size // 2 + 10]


def test_card_files_are_encrypted_and_bound_to_the_key(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"6282001234567890\n" * 10_000)
    archived = archive_of(tmp_path, "card_transactions").store(source)
    path = archive_of(tmp_path, "card_transactions").path(archived.sha256)
    assert b"6282001234567890" not in path.read_bytes()
    other = archive_of(tmp_path, "card_transactions", key="another")
    with pytest.raises(LandingError, match="HUIYAN_CARD_KEY"):
        other.open(archived.sha256).read()


@pytest.mark.parametrize("feed", FEEDS)
def test_altered_archive_is_noticed(tmp_path: Path, feed: str) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"x" * 100_000)
    archive = archive_of(tmp_path, feed)
    path = archive.path(archive.store(source).sha256)
    content = bytearray(path.read_bytes())
    content[50_000] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
    with pytest.raises(LandingError, match=r"altered|damaged"):
        archive.store(source)


def test_cut_encrypted_file_is_noticed(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"x" * 200_000)
    archive = archive_of(tmp_path, "card_transactions")
    archived = archive.store(source)
    path = archive.path(archived.sha256)
    path.chmod(0o600)
    os.truncate(path, len(b"HUIYAN-ARCHIVE-1") + 8 + 65_552)
    with pytest.raises(LandingError):
        archive.open(archived.sha256).read()
