"""Servers of the bodies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from huiyan.orchestration.environment import base_environment
from huiyan.settings import Settings
from receivers import OPENSSH_SFTP, Authority, MailServer, SftpServer, WebServer


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority of the tests' own."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def airflow_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What Airflow is imported with: the first import in a process settles its plugins."""
    patch = pytest.MonkeyPatch()
    home = Settings(home=tmp_path_factory.mktemp("airflow"))
    for name, value in base_environment(home).items():
        patch.setenv(name, value)
    yield
    patch.undo()


@pytest.fixture
def mail_server(authority: Authority) -> Iterator[MailServer]:
    """A mail server with TLS from the start."""
    server = MailServer(authority)
    yield server
    server.stop()


@pytest.fixture
def web_server(authority: Authority) -> Iterator[WebServer]:
    """An HTTPS endpoint."""
    server = WebServer(authority)
    yield server
    server.stop()


@pytest.fixture(params=["asyncssh", "openssh"])
def sftp_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SftpServer]:
    """An SFTP server: asyncssh's, and OpenSSH's where it is installed."""
    if request.param == "openssh" and OPENSSH_SFTP is None:
        pytest.skip("OpenSSH's sftp-server is not installed")
    root = tmp_path / "sftp"
    root.mkdir()
    server = SftpServer(root, openssh=request.param == "openssh")
    yield server
    server.stop()
