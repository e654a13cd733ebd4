"""Time and memory of one step."""

import mmap
import time

import pytest

from huiyan.bench.clock import timed


def test_time_is_there_even_if_the_step_failed() -> None:
    with pytest.raises(ZeroDivisionError), timed() as timing:
        time.sleep(0.01)
        _ = 1 / 0

    assert timing.seconds >= 0.01


def test_memory_is_that_of_the_peak_where_the_system_tells() -> None:
    # Not from what this process has and does not use.
    with timed() as timing, mmap.mmap(-1, 64 << 20) as block:
        for page in range(0, len(block), mmap.PAGESIZE):
            block[page] = 1

    assert timing.memory_bytes is None or timing.memory_bytes > 32 << 20


def test_processor_time_counts_work_and_not_waiting() -> None:
    with timed() as timing:
        time.sleep(0.2)
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass

    assert timing.cpu_seconds is not None
    assert 0.1 <= timing.cpu_seconds < timing.seconds


def test_processor_time_of_a_server_that_is_not_there_is_not_known() -> None:
    with timed(2**22 + 1) as timing:
        pass

    assert timing.cpu_seconds is None
