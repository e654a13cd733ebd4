"""Settings from the environment: what cannot work is refused with the variable's name."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiyan.errors import ConfigurationError
from huiyan.settings import Settings, get_settings


@pytest.mark.parametrize("home", ["/x/%s", "/x/{{y}}", '/x/"y"', "/x/y\n", "/x\\y"])
def test_a_home_that_a_configuration_cannot_hold(
    monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.setenv("HUIYAN_HOME", home)
    with pytest.raises(ConfigurationError, match=r"HUIYAN_HOME: .*must not hold"):
        get_settings()


@pytest.mark.parametrize("home", ["/x/a b", "/慧眼/it's", "/x/$y;z"])
def test_any_other_home(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("HUIYAN_HOME", home)
    assert str(get_settings().home) == home


@pytest.fixture
def careless_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.usefixtures("careless_umask")
def test_the_state_directory_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    new = Settings(home=tmp_path / "new" / "home")
    new.secret("card_key")
    assert _mode(new.home_dir) == _mode(new.home_dir / "secrets") == 0o700
    assert _mode(new.home_dir / "secrets" / "card_key") == 0o600

    prepared = tmp_path / "prepared"
    prepared.mkdir()
    assert _mode(prepared) == 0o777
    assert _mode(Settings(home=prepared).make_home()) == 0o700

    (prepared / "in_use").touch()
    prepared.chmod(0o750)
    assert _mode(Settings(home=prepared).make_home()) == 0o750, "its owner opened it to a group"


def test_a_state_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be written: Not a directory"):
        Settings(home=tmp_path / "file" / "home").make_home()
