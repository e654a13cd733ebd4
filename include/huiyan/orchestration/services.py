"""The services of a local Airflow as child processes: started, watched, stopped to the last one."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from huiyan.errors import OrchestrationError

SERVICES: dict[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
PROGRAM = (sys.executable, "-m", "airflow")
STOP_SECONDS = 5.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _die_with_parent() -> None:
    # Killed outright, this process cannot stop its services: the kernel tells them.
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Services:
    """The running services of one Airflow.

    Attributes:
        environment: the complete environment they run in.
        logs: folder with one log per service.
    """

    environment: dict[str, str]
    logs: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _files: list[IO[bytes]] = field(default_factory=list)

    def airflow(self, *arguments: str) -> None:
        """Run one `airflow` command to its end.

        Raises:
            OrchestrationError: it failed; the message carries the end of its output.
        """
        result = subprocess.run(
            [*PROGRAM, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        (self.logs / f"{'-'.join(arguments[:2])}.log").write_bytes(result.stdout)
        if result.returncode != 0:
            tail = result.stdout.decode(errors="replace")[-2000:]
            raise OrchestrationError(f"`airflow {' '.join(arguments)}` failed:\n{tail}")

    def start(self) -> None:
        """Start all services, each in a session of its own: Ctrl-C reaches only this process."""
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.logs.mkdir(parents=True, exist_ok=True)
        for name, arguments in SERVICES.items():
            log = (self.logs / f"airflow-{name}.log").open("wb")
            self._files.append(log)
            self.processes[name] = subprocess.Popen(
                [*PROGRAM, *arguments],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def check(self) -> None:
        """Raise OrchestrationError if a service has ended."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise OrchestrationError(
                    f"Airflow's {name} ended with code {process.returncode}. "
                    f"Its log is {self.log(name)}; it ends:\n{self.tail(name)}"
                )

    def log(self, name: str) -> Path:
        """The log of a service."""
        return self.logs / f"airflow-{name}.log"

    def tail(self, name: str, lines: int = 25) -> str:
        """The last lines of a service's log."""
        return tail(self.log(name), lines)

    def stop(self) -> None:
        """Stop all services and everything they started; safe to repeat, deaf to Ctrl-C."""
        with _uninterrupted():
            self._stop()

    def _stop(self) -> None:
        family: dict[int, psutil.Process] = {}
        for process in self.processes.values():
            for member in _family(process.pid):
                family[member.pid] = member
        # The scheduler goes first, so that it starts nothing new; it ends its workers itself.
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        left = [member for member in family.values() if member.is_running()]
        for member in left:
            _signal(member, signal.SIGTERM)
        _, left = psutil.wait_procs(left, timeout=3)
        for member in left:
            _signal(member, signal.SIGKILL)
        psutil.wait_procs(left, timeout=3)
        for log in self._files:
            log.close()
        self._files.clear()
        self.processes.clear()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ignore further requests to stop while the block stops everything."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {number: signal.signal(number, signal.SIG_IGN) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _family(pid: int) -> list[psutil.Process]:
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def tail(path: Path, lines: int = 25) -> str:
    """The last lines of a text file, empty if there is none."""
    if not path.is_file():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


class Terminated(SystemExit):
    """SIGTERM or SIGHUP, as an exception, so that everything is cleaned up on the way out."""


@contextmanager
def stopped_on_signals() -> Iterator[None]:
    """Turn the first request to stop into an exception while the block runs.

    From then on further ones are ignored: everything is being stopped already, and a second Ctrl-C
    would leave half of it running.
    """

    def leave(number: int, _frame: object) -> None:
        for each in previous:
            signal.signal(each, signal.SIG_IGN)
        with suppress(OSError):  # the terminal itself may have gone
            os.write(2, b"\nStopping ...\n")
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated(128 + number)

    previous = {
        number: signal.getsignal(number)
        for number in STOPPING
        # Whoever started this in the background wants it deaf to the terminal's Ctrl-C.
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    for number in previous:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
