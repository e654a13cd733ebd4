"""What is taken for a running server."""

import os
from pathlib import Path

import pytest

from huiyan.settings import Settings
from huiyan.warehouse import embedded


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 + 1], ids=["another program", "nobody"])
def test_what_a_power_cut_left_behind_is_no_server(tmp_path: Path, pid: int) -> None:
    settings = Settings(home=tmp_path)
    data = embedded.data_directory(settings)
    data.mkdir()
    lines = [str(pid), str(data), "1764000000", "5433", "", "127.0.0.1", "1 2", "ready   "]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    assert embedded.running(settings) is None
