"""The environment variables of this process, changed for a while."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def restored_environment(variables: Mapping[str, str] | None = None) -> Iterator[None]:
    """Set `variables` and leave the whole environment at the end of the block as it was before."""
    before = dict(os.environ)
    os.environ.update(variables or {})
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
