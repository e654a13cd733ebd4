"""The assets the DAGs hand over by: one per feed, one for corrections, one for the marts."""

from airflow.sdk import Asset

from huiyan.orchestration.calendar import subscribed_contracts
from huiyan.settings import Settings

CORRECTION = Asset(name="correction", uri="huiyan://ops/correction")
MARTS = Asset(name="marts", uri="huiyan://warehouse/marts")


def feed_asset(feed: str) -> Asset:
    """The asset of one feed; its partitions are business dates whose delivery is decided."""
    return Asset(name=f"feed_{feed}", uri=f"huiyan://landing/{feed}")


def feed_assets(settings: Settings) -> list[Asset]:
    """Assets of the subscribed feeds."""
    return [feed_asset(contract.name) for contract in subscribed_contracts(settings)]
