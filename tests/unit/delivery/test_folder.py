"""The folder channel: safe names, whole or not at all, killed anywhere and repeated."""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from huiyan.delivery import folder
from huiyan.delivery.folder import folder_name, publish

DAY = date(2025, 11, 28)
FIRST = {"alerts.csv": b"first", "manifest.json": b"1"}
SECOND = {"alerts.csv": b"second", "manifest.json": b"2"}


def visible(outbox: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(outbox)): path.read_bytes()
        for path in outbox.rglob("*")
        if path.is_file() and not path.relative_to(outbox).parts[0].startswith(".")
    }


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("TC01", "TC01"),
        ("青禾镇纪委", "青禾镇纪委"),
        ("..", "%2E."),
        (".incoming", "%2Eincoming"),
        ("a/b", "a%2Fb"),
        ("a\\b", "a%5Cb"),
        ("a\x00b", "a%00b"),
        ("a b", "a%20b"),
        ("%2F", "%252F"),
    ],
)
def test_a_body_code_is_one_folder(code: str, name: str) -> None:
    assert folder_name(code) == name
    assert Path(name).name == name


@pytest.mark.parametrize("code", ["", "长" * 100])
def test_a_code_that_cannot_be_a_folder_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="folder name"):
        folder_name(code)


def test_publishing_twice_writes_once(tmp_path: Path) -> None:
    target = publish(tmp_path, "TC01", DAY, 1, FIRST)
    before = target.stat().st_ino
    assert publish(tmp_path, "TC01", DAY, 1, FIRST) == target
    assert target.stat().st_ino == before
    assert visible(tmp_path) == {f"TC01/2025-11-28/{name}": FIRST[name] for name in FIRST}


@pytest.mark.parametrize("is_atomic", [True, False])
def test_a_new_version_replaces_the_folder_and_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_atomic: bool
) -> None:
    if not is_atomic:
        monkeypatch.setattr(folder.ctypes, "CDLL", lambda *_, **__: object())
    publish(tmp_path, "TC01", DAY, 1, {**FIRST, "old.txt": b"only in the first"})
    publish(tmp_path, "TC01", DAY, 2, SECOND)
    assert visible(tmp_path) == {f"TC01/2025-11-28/{name}": SECOND[name] for name in SECOND}
    former = tmp_path / ".superseded" / "TC01" / "2025-11-28.before-v2"
    assert (former / "old.txt").exists()


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from huiyan.delivery import folder

calls = 0
limit = int(sys.argv[2])


def mortal(function):
    def step(*arguments, **keywords):
        global calls
        calls += 1
        if calls > limit:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **keywords)
    return step


os.fsync = mortal(os.fsync)
Path.rename = mortal(Path.rename)
Path.mkdir = mortal(Path.mkdir)
folder._exchange = mortal(folder._exchange)
folder._keep = mortal(folder._keep)
folder.publish(
    Path(sys.argv[1]), "TC01", date(2025, 11, 28), 2,
    {"alerts.csv": b"second", "manifest.json": b"2"},
)
"""


@pytest.mark.parametrize("has_former", [True, False])
def test_killed_between_any_two_steps(tmp_path: Path, has_former: bool) -> None:
    limit, was_killed = 0, True
    while was_killed:
        outbox = tmp_path / str(limit)
        outbox.mkdir()
        if has_former:
            publish(outbox, "TC01", DAY, 1, FIRST)
        process = subprocess.run(
            [sys.executable, "-c", KILLED, str(outbox), str(limit)],
            env={**os.environ},
            check=False,
        )
        was_killed = process.returncode == -signal.SIGKILL
        assert was_killed or process.returncode == 0
        contents = sorted(visible(outbox).values())
        whole = [sorted(SECOND.values()), sorted(FIRST.values()) if has_former else []]
        assert contents in whole, f"half an extract after {limit} steps"
        publish(outbox, "TC01", DAY, 2, SECOND)
        assert sorted(visible(outbox).values()) == sorted(SECOND.values())
        kept = list((outbox / ".superseded").rglob("alerts.csv"))
        assert [path.read_bytes() for path in kept] == ([b"first"] if has_former else [])
        limit += 1
    assert limit > 6
