"""docker-compose.yml against the compose specification and our own rules; the Dockerfile too."""

import json
import re
from typing import Any

import compose_spec
import pytest
import yaml

from huiyan.settings import REPOSITORY

AIRFLOW = {"api-server", "scheduler", "dag-processor", "triggerer"}
ENVIRONMENT = {"HUIYAN_DB_PASSWORD": "from-the-environment", "HUIYAN_CARD_KEY": "also-from-there"}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<word>[^}]*))?\}")
SECRET = re.compile(r"PASSWORD|SECRET|_KEY|TOKEN")


def _interpolate(text: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match["name"] in ENVIRONMENT:
            return ENVIRONMENT[match["name"]]
        assert match["kind"] == "-", f"{match['name']} has no default"
        return match["word"]

    return VARIABLE.sub(value, text)


@pytest.fixture(scope="module")
def text() -> str:
    return (REPOSITORY / "docker-compose.yml").read_text("utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> Any:
    """The file as compose reads it: variables put in, anchors and merges resolved."""
    return yaml.safe_load(_interpolate(text))


def _check(project: dict[str, Any]) -> Any:
    checked = compose_spec.PyCompose.from_json(json.dumps(project))
    for check in (checked.validate_volumes, checked.validate_configs, checked.validate_networks):
        check()
    return checked


def test_it_keeps_to_the_compose_specification(compose: Any) -> None:
    assert set(_check(compose).service_names()) == AIRFLOW | {"postgres", "migrate"}


@pytest.mark.parametrize(
    "service",
    [
        {"imagee": "x"},
        {"image": "x", "ports": "nope"},
        {"image": "x", "healthcheck": 3},
    ],
    ids=["unknown key", "ports", "health check"],
)
def test_the_check_refuses_what_is_wrong(service: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        _check({"services": {"a": service}})


def test_secrets_come_from_the_environment_only(compose: Any, text: str) -> None:
    for name, service in yaml.safe_load(text)["services"].items():
        for key, value in service.get("environment", {}).items():
            if SECRET.search(key):
                assert re.fullmatch(r"\$\{\w+:\?[^}]*\}", value), f"{name}: {key}"
    for line in text.splitlines():
        if "://" in line and "@" in line:
            assert re.search(r"://\w+:\$\{\w+:\?[^}]*\}@", line), line


def test_it_listens_on_this_machine_only(compose: Any) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_services_are_confined_pinned_and_watched(compose: Any) -> None:
    for name, service in compose["services"].items():
        assert re.search(r":\d+\.\d+", service["image"]), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        if name != "migrate":
            assert service["healthcheck"]["test"], name
    assert compose["services"]["postgres"]["image"].startswith("postgres:18.")
    images = {compose["services"][name]["image"] for name in AIRFLOW}
    assert images == {compose["services"]["migrate"]["image"]}
    assert compose["services"]["migrate"]["build"] == "."


def test_the_image_is_pinned_locked_and_not_root() -> None:
    lines = (REPOSITORY / "Dockerfile").read_text("utf-8").splitlines()
    source = next(line for line in lines if line.startswith("FROM "))
    assert re.fullmatch(r"FROM python:3\.1[123]\.\d+-slim-\w+", source)
    assert any("--require-hashes" in line for line in lines)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["huiyan"]
