"""Whatever happens in the block, the environment is what it was."""

import os

import pytest

from huiyan.environment import restored_environment


def test_the_environment_is_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYAN_A", "1")
    monkeypatch.setenv("HUIYAN_B", "2")
    monkeypatch.delenv("HUIYAN_C", raising=False)
    before = dict(os.environ)
    with (
        pytest.raises(ValueError, match="within"),
        restored_environment({"HUIYAN_A": "x", "HUIYAN_C": "3"}),
    ):
        assert (os.environ["HUIYAN_A"], os.environ["HUIYAN_C"]) == ("x", "3")
        del os.environ["HUIYAN_B"]
        os.environ["HUIYAN_D"] = "4"
        raise ValueError("within")
    assert dict(os.environ) == before
