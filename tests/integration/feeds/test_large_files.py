"""Memory does not grow with the file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from huiyan.feeds.contract import load_contract

from .conftest import DAY, VALUES, District

FEED = "finance_vouchers"

PEAK = """
import resource, sys
from datetime import date
from huiyan.feeds.collect import collect
result = collect({feed!r}, date.fromisoformat({day!r}))
print(result.status, result.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write_vouchers(path: Path, count: int) -> None:
    """`count` rows that need no repair, in a file of its own size."""
    names = [column.name for column in load_contract(FEED).columns]
    row = ",".join({**VALUES[FEED], "voucher_no": "%s"}.get(name, "") for name in names)
    with path.open("w", encoding="utf-8") as handle:
        handle.write(",".join(names) + "\n")
        for start in range(0, count, 10_000):
            numbers = range(start, min(start + 10_000, count))
            handle.write("".join([row % number + "\n" for number in numbers]))


def peak_of(district: District, count: int) -> int:
    """Peak memory in KiB of a process that collects `count` rows."""
    write_vouchers(district.folder(FEED) / "a.csv", count)
    script = PEAK.format(feed=FEED, day=DAY.isoformat())
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    status, rows, peak = result.stdout.split()
    assert (status, int(rows)) == ("landed", count)
    return int(peak)


def test_memory_does_not_grow_with_the_file(district: District) -> None:
    small = peak_of(district, 2_000)
    large = peak_of(district, 200_000)
    assert large - small < 20 * 1024, f"{small} KiB for 2,000 rows, {large} for 200,000"


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("HUIYAN_TEST_HUGE"), reason="HUIYAN_TEST_HUGE is not set")
def test_ten_million_rows(district: District) -> None:
    assert peak_of(district, 10_000_000) < 400 * 1024
