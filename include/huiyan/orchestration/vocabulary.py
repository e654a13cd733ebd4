"""The fixed vocabulary of the DAGs: owners, tags, retries. The policy test holds them to it."""

from datetime import timedelta
from typing import Any

OWNERS = frozenset({"data-engineering"})
TAGS = frozenset({"feed", "daily", "snapshot", "form", "warehouse", "alerts", "operations"})
# Airflow may start two partitioned runs, each with half of the assets, when the first assets of a
# partition change in the same moment: tasks that tell of a feed take turns.
ANNOUNCING_POOL = "announcing"
POOLS = ((ANNOUNCING_POOL, 1, "feeds tell that they are in, one at a time"),)
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
