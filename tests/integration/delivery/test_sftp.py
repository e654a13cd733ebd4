"""Uploads to real SFTP servers."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from huiyan.delivery.parcel import NotTakenError
from huiyan.delivery.sftp import remote_folder, send
from receivers import PASSWORD, SftpServer, parcel

FOLDER = "in/TC01/2025-11-28"
NAMES = ["alerts.csv", "alerts.xlsx", "manifest.json"]


def test_it_arrives_whole_and_read_back(sftp_server: SftpServer) -> None:
    sent = parcel("in/TC01")
    receipt = send(sftp_server.access(), sent)
    assert sftp_server.files() == {f"{FOLDER}/{name}": sent.files[name] for name in NAMES}
    assert receipt.location == f"sftp://127.0.0.1:{sftp_server.port}/{FOLDER}"
    assert not receipt.detail["repeated"]
    assert {file["name"]: file["sha256"] for file in receipt.detail["files"]} == {
        name: hashlib.sha256(sent.files[name]).hexdigest() for name in NAMES
    }


def test_the_same_again_is_recognised_and_a_correction_replaces_it(
    sftp_server: SftpServer,
) -> None:
    sent = parcel("in/TC01")
    send(sftp_server.access(), sent)
    path = sftp_server.root / FOLDER / "alerts.xlsx"
    before = path.stat().st_ino
    assert send(sftp_server.access(), sent).detail["repeated"]
    assert path.stat().st_ino == before
    corrected = parcel("in/TC01", version=2)
    assert not send(sftp_server.access(), corrected).detail["repeated"]
    assert sftp_server.files() == {f"{FOLDER}/{name}": corrected.files[name] for name in NAMES}
    # Damaged there: not what was sent, so it is sent again.
    path.write_bytes(b"damaged")
    assert not send(sftp_server.access(), corrected).detail["repeated"]
    assert path.read_bytes() == corrected.files["alerts.xlsx"]


def test_encrypted_only_the_archive_leaves(sftp_server: SftpServer) -> None:
    send(sftp_server.access(), parcel(sealed=True))
    first = sftp_server.files()
    folder = "TC01/2025-11-28"
    assert sorted(first) == [f"{folder}/TC01-2025-11-28-v1.zip", f"{folder}/manifest.json"]
    manifest = json.loads(first[f"{folder}/manifest.json"])
    assert manifest["encrypted"] is True
    assert "青禾镇" not in first[f"{folder}/manifest.json"].decode()
    # Other bytes every time, the same content: recognised.
    assert send(sftp_server.access(), parcel(sealed=True)).detail["repeated"]
    assert sftp_server.files() == first


class Killed(BaseException):
    """The process dies here."""


def dying_after(limit: int, patch: pytest.MonkeyPatch) -> list[str]:
    """Let the process die after so many steps on the server; the steps taken so far."""
    steps: list[str] = []

    def mortal(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **more: Any) -> Any:
            steps.append(name)
            if len(steps) > limit:
                raise Killed
            return real(*arguments, **more)

        return step

    for name in ("makedirs", "open", "remove", "posix_rename", "exists"):
        patch.setattr(asyncssh.SFTPClient, name, mortal(name, getattr(asyncssh.SFTPClient, name)))
    return steps


@pytest.mark.parametrize("earlier", [False, True])
def test_killed_between_any_two_steps(
    sftp_server: SftpServer, monkeypatch: pytest.MonkeyPatch, earlier: bool
) -> None:
    """A reader who waits for the manifest never sees a part, or two versions mixed."""
    sent = parcel("in/TC01", version=2 if earlier else 1)
    for limit in range(40):
        for path in sftp_server.root.rglob("*"):
            if path.is_file():
                path.unlink()
        if earlier:
            send(sftp_server.access(), parcel("in/TC01", version=1))
        with monkeypatch.context() as patch:
            steps = dying_after(limit, patch)
            try:
                send(sftp_server.access(), sent)
                break
            except Killed:
                pass
        found = sftp_server.files()
        if f"{FOLDER}/manifest.json" in found:
            manifest = json.loads(found[f"{FOLDER}/manifest.json"])
            assert all(
                hashlib.sha256(found[f"{FOLDER}/{file['name']}"]).hexdigest() == file["sha256"]
                for file in manifest["files"]
            ), limit
        send(sftp_server.access(), sent)
        assert sftp_server.files() == {f"{FOLDER}/{name}": sent.files[name] for name in NAMES}
    assert len(steps) >= 10


def test_the_servers_key_is_checked(sftp_server: SftpServer, tmp_path: Path) -> None:
    public = sftp_server.host_key.export_public_key().decode().strip()
    other = asyncssh.generate_private_key("ssh-ed25519")
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sftp_server.port} {public}\n")
    for right in ({"host_key": public}, {"known_hosts": str(known)}):
        send(sftp_server.access(host_fingerprint="", **right), parcel())
    known.write_text(f"[127.0.0.1]:1 {public}\n")
    for wrong in (
        {"host_key": other.export_public_key().decode()},
        {"host_fingerprint": other.get_fingerprint("sha256")},
        {"known_hosts": str(known)},
    ):
        with pytest.raises(NotTakenError, match=r"not trusted|[Hh]ost key"):
            send(sftp_server.access(**{"host_fingerprint": "", **wrong}), parcel())
    for unsaid in ({}, {"host_key": "nonsense"}, {"known_hosts": "/nowhere"}):
        with pytest.raises(NotTakenError, match=r"recognised|cannot be read"):
            send(sftp_server.access(**{"host_fingerprint": "", **unsaid}), parcel())


def test_a_private_key_or_a_password(sftp_server: SftpServer) -> None:
    key = sftp_server.user_key.export_private_key(passphrase="a phrase").decode()
    access = sftp_server.access(password="", private_key=key, private_key_passphrase="a phrase")
    send(access, parcel())
    with pytest.raises(NotTakenError, match="Permission denied") as caught:
        send(sftp_server.access(password="another password"), parcel())
    assert PASSWORD not in str(caught.value)
    assert "another password" not in str(caught.value)


@pytest.mark.parametrize("address", ["../TC02", "in/../../etc", "sftp://other/in", "a\nb", "~x"])
def test_an_address_is_a_folder(address: str) -> None:
    with pytest.raises(NotTakenError, match="must be a folder"):
        remote_folder(parcel(address))


def test_a_server_that_is_away(sftp_server: SftpServer) -> None:
    access = replace(sftp_server.access(), port=1)
    with pytest.raises(NotTakenError, match="SFTP to"):
        send(access, parcel())
    (sftp_server.root / "in").write_text("a file where the folder should be")
    with pytest.raises(NotTakenError, match="SFTP to"):
        send(sftp_server.access(), parcel("in/TC01"))
