"""The fixed vocabulary of the DAGs: owners, tags, retries. The policy test holds them to it."""

from datetime import timedelta
from typing import Any

OWNERS = frozenset({"data-engineering"})
TAGS = frozenset({"feed", "daily", "snapshot", "warehouse", "alerts", "operations"})
RETRY_DELAY = timedelta(seconds=20)
RETRIES = {"feed": 2, "warehouse": 1, "alerts": 2, "delivery": 3, "operations": 1}


def defaults(kind: str) -> dict[str, Any]:
    """`default_args` of a DAG or arguments of a task of this kind (a key of RETRIES)."""
    return {
        "owner": "data-engineering",
        "retries": RETRIES[kind],
        "retry_delay": RETRY_DELAY,
        "retry_exponential_backoff": True,
    }
