"""Times a step once, and how much memory this process grew by while it ran."""

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
        seconds: wall time. memory_bytes: growth of this process at its peak, None where the
            system does not say.
    """

    seconds: float = 0.0
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


@contextmanager
def timed() -> Iterator[Timing]:
    """Time the body of a `with`; the Timing is complete after it."""
    timing = Timing()
    has_peak = _reset_peak()
    before = _resident("VmRSS")
    start = time.perf_counter()
    try:
        yield timing
    finally:
        timing.seconds = time.perf_counter() - start
        peak = _resident("VmHWM") if has_peak else None
        if peak is not None and before is not None:
            timing.memory_bytes = max(peak - before, 0)
