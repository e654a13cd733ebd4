"""Time and memory of one step."""

import time

import pytest

from huiyan.bench.clock import timed


def test_time_is_there_even_if_the_step_failed() -> None:
    with pytest.raises(ZeroDivisionError), timed() as timing:
        time.sleep(0.01)
        _ = 1 / 0

    assert timing.seconds >= 0.01


def test_memory_is_that_of_the_peak_where_the_system_tells() -> None:
    with timed() as timing:
        block = bytearray(64 << 20)
        block[::4096] = b"x" * len(block[::4096])
        del block

    assert timing.memory_bytes is None or timing.memory_bytes > 32 << 20
