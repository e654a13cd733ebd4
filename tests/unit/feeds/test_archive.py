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


CARD = b"4929123412341232"
WITH_A_CARD = {
    "in the middle": b"a,b\n1," + CARD + b"\n" * 10,
    "in groups": b"a,b\n1,4929 1234 1234 1232\n",
    "UnionPay": "摘要\n报销卡6222021234567890128款\n".encode(),
    "full width": "摘要\n４９２９１２３４１２３４１２３２\n".encode(),
    "over the edge of a block": b"x" * (1_048_576 - 8) + CARD,
    "UTF-16": CARD.decode().encode("utf-16"),
    "packed": b"PK\x03\x04 whatever is in it",
    "a sealed file as it seems": b"HUIYAN-ARCHIVE-1 and more",
}


@pytest.mark.parametrize("content", WITH_A_CARD.values(), ids=WITH_A_CARD)
def test_a_card_in_another_feeds_file_is_not_kept_in_clear(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(content)
    archive = archive_of(tmp_path, "finance_vouchers")
    archived = archive.store(source)
    kept = archive.path(archived.sha256).read_bytes()
    assert content[:40] not in kept
    assert content[-40:] not in kept
    with archive.open(archived.sha256) as stream:
        assert stream.read() == content
    assert archive.store(source) == archived
    assert [path.name for path in tmp_path.rglob("*") if path.parent.name == "incoming"] == []


@pytest.mark.parametrize(
    "content",
    [
        "记账凭证号,金额\n记0001,100.00，\n".encode(),
        b"25327000000000000001,2025-09-01 10:00:00\n",  # an invoice's number has 20 digits
        b"110105194912310021\n",  # a resident's identity number
        b"11321012MB0000001A,1234567890123456\n",  # begins with no issuer's digit
    ],
)
def test_what_holds_no_card_is_kept_as_it_came(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(content)
    archive = archive_of(tmp_path, "finance_vouchers")
    assert archive.path(archive.store(source).sha256).read_bytes() == content


def test_nobody_else_may_look_into_it(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"x")
    before = os.umask(0)
    try:
        archive_of(tmp_path / "home", "finance_vouchers").store(source)
    finally:
        os.umask(before)
    folders = [tmp_path / "home" / "archive", *(tmp_path / "home" / "archive").rglob("*/")]
    assert {path.stat().st_mode & 0o777 for path in folders if path.is_dir()} == {0o700}


def test_another_collects_draft_may_be_gone_before_it_is_looked_at(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"x")
    archive = archive_of(tmp_path / "home", "finance_vouchers")
    archive.store(source)
    incoming = tmp_path / "home" / "archive" / "finance_vouchers" / "incoming"
    # Listed and not to be looked at, like a draft that was put in its place meanwhile.
    (incoming / "1-0").symlink_to(incoming / "gone")
    source.write_bytes(b"y")
    assert archive.path(archive.store(source).sha256).read_bytes() == b"y"
