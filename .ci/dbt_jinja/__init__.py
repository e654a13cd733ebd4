"""What dbt offers the Jinja of a model, as far as linting its SQL needs it."""

import re
from collections.abc import Callable
from types import SimpleNamespace


def _dispatch(macro: str, package: str | None = None) -> Callable[..., str]:
    """Stand in for an adapter's macro: some expression, `null` being one of every type."""
    return lambda *arguments: "null"


execute = False
modules = SimpleNamespace(re=re)
adapter = SimpleNamespace(dispatch=_dispatch)
graph = SimpleNamespace(nodes={})
target = SimpleNamespace(name="warehouse", type="postgres", schema="staging")
flags = SimpleNamespace(WHICH="run")
