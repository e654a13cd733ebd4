"""Times a step once: wall, processor time, and how much memory this process grew by meanwhile."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STATUS = Path("/proc/self/status")
PEAK_RESET = Path("/proc/self/clear_refs")


@dataclass
class Timing:
    """One step, filled in when it ends.

    Attributes:
        seconds: wall time. cpu_seconds: processor time of this process and of the server, None
            where the system does not say; unlike wall time it knows nothing of other work.
        memory_bytes: growth of this process at its peak, None likewise.
    """

    seconds: float = 0.0
    cpu_seconds: float | None = None
    memory_bytes: int | None = None


def _resident(field: str) -> int | None:
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    return None


def _reset_peak() -> bool:
    try:
        PEAK_RESET.write_text("5")
    except OSError:
        return False
    return True


def _ticks(pid: int | str) -> tuple[int, int, int]:
    """Parent, own and waited-for processor ticks of a process, from its line in /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])


def server_cpu(postmaster: int) -> float | None:
    """Processor seconds a PostgreSQL server has used so far, its ended backends included."""
    try:
        _, own, ended = _ticks(postmaster)
        names = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
    except OSError:
        return None
    total = own + ended
    for name in names:
        try:
            parent, ticks, _ = _ticks(name)
        except OSError:
            continue
        if parent == postmaster:
            total += ticks
    return total / os.sysconf("SC_CLK_TCK")


def _cpu(postmaster: int | None) -> float | None:
    server = 0.0 if postmaster is None else server_cpu(postmaster)
    return None if server is None else time.process_time() + server


@contextmanager
def timed(postmaster: int | None = None) -> Iterator[Timing]:
    """Time the body of a `with`; the Timing is complete after it.

    Args:
        postmaster: process id of the server whose processor time counts as well.
    """
    timing = Timing()
    has_peak = _reset_peak()
    before = _resident("VmRSS")
    cpu_before = _cpu(postmaster)
    start = time.perf_counter()
    try:
        yield timing
    finally:
        timing.seconds = time.perf_counter() - start
        cpu_after = _cpu(postmaster)
        if cpu_before is not None and cpu_after is not None:
            timing.cpu_seconds = cpu_after - cpu_before
        peak = _resident("VmHWM") if has_peak else None
        if peak is not None and before is not None:
            timing.memory_bytes = max(peak - before, 0)
