"""Where other governments' own records lie, and the marks of tests that need them."""

import os
from pathlib import Path

import pytest

from huiyan.settings import REPOSITORY

REAL = Path(os.environ.get("HUIYAN_REAL_DATA") or REPOSITORY.parent / "shared" / "data" / "real")
NEEDS_REAL_DATA = [
    pytest.mark.real_data,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"no real data in {REAL} (HUIYAN_REAL_DATA)"),
]
