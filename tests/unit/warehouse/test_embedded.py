"""What is taken for a running server."""

import os
import subprocess
from pathlib import Path

import psutil
import pytest

from huiyan.settings import Settings
from huiyan.warehouse import embedded


def taken_for_running(home: Path, pid: int) -> bool:
    settings = Settings(home=home)
    data = embedded.data_directory(settings)
    data.mkdir()
    lines = [str(pid), str(data), "1764000000", "5433", "", "127.0.0.1", "1 2", "ready   "]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    return embedded.running(settings) is not None


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 + 1], ids=["another program", "nobody"])
def test_what_a_power_cut_left_behind_is_no_server(tmp_path: Path, pid: int) -> None:
    assert not taken_for_running(tmp_path, pid)


def test_a_killed_server_that_nobody_has_waited_for_is_none(tmp_path: Path) -> None:
    program = embedded._binaries() / "postgres"
    with subprocess.Popen([program, "--version"], stdout=subprocess.DEVNULL) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        assert psutil.Process(process.pid).name() == "postgres"
        assert not taken_for_running(tmp_path, process.pid)
