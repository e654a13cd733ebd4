"""What is taken for a running server, and what a killed one leaves behind."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from huiyan.errors import WarehouseError
from huiyan.settings import Settings
from huiyan.warehouse import embedded

NOBODY = 2**22 + 1


def left_behind(home: Path, pid: int) -> Path:
    """The pid file of a server that was ready under this number."""
    data = embedded.data_directory(Settings(home=home))
    data.mkdir()
    lines = [str(pid), str(data), "1764000000", "5433", "", "127.0.0.1", "1 2", "ready   "]
    file = data / "postmaster.pid"
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture
def zombie() -> Iterator[int]:
    """Number of a postgres that has ended and that nobody has waited for."""
    program = embedded._binaries() / "postgres"
    with subprocess.Popen([program, "--version"], stdout=subprocess.DEVNULL) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        left = psutil.Process(process.pid)
        assert (left.name(), left.status()) == ("postgres", psutil.STATUS_ZOMBIE)
        yield process.pid


@pytest.mark.parametrize("pid", [os.getpid(), NOBODY], ids=["another program", "nobody"])
def test_what_a_power_cut_left_behind_is_no_server(tmp_path: Path, pid: int) -> None:
    left_behind(tmp_path, pid)
    assert embedded.running(Settings(home=tmp_path)) is None


def test_a_killed_server_that_nobody_has_waited_for_is_none(tmp_path: Path, zombie: int) -> None:
    left_behind(tmp_path, zombie)
    assert embedded.running(Settings(home=tmp_path)) is None


def test_a_number_that_lives_on_does_not_keep_the_next_server_off(
    tmp_path: Path, zombie: int
) -> None:
    file = left_behind(tmp_path, zombie)
    embedded._forget_a_killed_server(file.parent)
    assert not file.exists()


@pytest.mark.parametrize("first_line", [str(NOBODY), "", "-1"])
def test_any_other_pid_file_is_left_to_the_server(tmp_path: Path, first_line: str) -> None:
    file = left_behind(tmp_path, NOBODY)
    file.write_text(first_line + "\n")
    embedded._forget_a_killed_server(file.parent)
    assert file.exists()


def test_a_copy_made_while_the_server_ran_is_not_taken_for_it(
    tmp_path: Path, postgres: embedded.Server
) -> None:
    """What was written into the copy would go into the original."""
    (home,) = {
        Path(process.cwd()).parent
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres"
        and str(postgres.port) in (process.info["cmdline"] or ())
    }
    assert embedded.running(Settings(home=home)) is not None
    copied = Settings(home=tmp_path)
    data = embedded.data_directory(copied)
    data.mkdir()
    shutil.copy(home / "postgres" / "postmaster.pid", data)
    (data / "PG_VERSION").write_text("18\n")
    assert embedded.running(copied) is None
    assert embedded.stop(copied) is False
    with pytest.raises(WarehouseError, match=f"copied from {home / 'postgres'} while its server"):
        embedded.start(copied)
