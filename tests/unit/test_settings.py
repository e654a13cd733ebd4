"""Settings from the environment: what cannot work is refused with the variable's name."""

import pytest

from huiyan.errors import ConfigurationError
from huiyan.settings import get_settings


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
