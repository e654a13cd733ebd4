"""Services end with the one who started them, whatever way that one ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from huiyan.errors import OrchestrationError
from huiyan.orchestration import services
from huiyan.orchestration.probe import is_healthy

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print("ready", flush=True)
time.sleep(300)
"""
STARTER = """
import sys, time
from pathlib import Path
from huiyan.orchestration import services
services.SERVICES = {"one": ("-c", "import time; time.sleep(300)")}
services.PROGRAM = (sys.executable,)
started = services.Services({}, Path(sys.argv[1]))
started.start()
print(*(process.pid for process in started.processes.values()), flush=True)
time.sleep(300)
"""


def _gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> services.Services:
    monkeypatch.setattr(services, "SERVICES", {"one": ("-c", STUBBORN)})
    monkeypatch.setattr(services, "PROGRAM", (sys.executable,))
    monkeypatch.setattr(services, "STOP_SECONDS", 0.5)
    return services.Services(dict(os.environ), tmp_path / "logs")


def test_stop_ends_what_does_not_want_to_and_its_children(stubborn: services.Services) -> None:
    stubborn.start()
    while "ready" not in stubborn.tail("one"):
        stubborn.check()
        time.sleep(0.05)
    pids = [process.pid for process in stubborn.processes.values()]
    family = [child.pid for pid in pids for child in psutil.Process(pid).children()]
    assert family
    stubborn.stop()
    assert all(_gone(pid) for pid in (*pids, *family))
    stubborn.stop()


def test_a_service_that_ends_is_reported_with_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(services, "SERVICES", {"one": ("-c", "print('no disk'); exit(7)")})
    monkeypatch.setattr(services, "PROGRAM", (sys.executable,))
    started = services.Services(dict(os.environ), tmp_path)
    started.start()
    started.processes["one"].wait()
    with pytest.raises(OrchestrationError, match=r"one ended with code 7(?s:.*)no disk"):
        started.check()
    started.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells the children on Linux only")
def test_services_end_when_their_starter_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    pids = [int(pid) for pid in starter.stdout.readline().split()]
    assert pids
    starter.kill()
    starter.wait()
    assert all(_gone(pid) for pid in pids)


def test_sigterm_leaves_through_the_front_door() -> None:
    with pytest.raises(services.Terminated) as caught, services.stopped_on_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)
    assert caught.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.fixture
def attended() -> Iterator[None]:
    """As somebody's terminal starts it, however this was started: it hears every signal."""
    heard = dict.fromkeys(services.STOPPING, signal.SIG_DFL) | {
        signal.SIGINT: signal.default_int_handler
    }
    before = {number: signal.signal(number, handler) for number, handler in heard.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("attended")
def test_a_second_request_to_stop_breaks_nothing_off() -> None:
    stopped = []
    with pytest.raises(KeyboardInterrupt), services.stopped_on_signals():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        finally:
            for number in services.STOPPING:
                os.kill(os.getpid(), number)
            stopped.append("everything")
    assert stopped == ["everything"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_deaf_to_the_terminal_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with services.stopped_on_signals():
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_probe_of_nothing_is_not_healthy() -> None:
    assert not is_healthy("http://127.0.0.1:9/health")
