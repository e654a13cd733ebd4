"""The hand-made district of the tests of alerts, deliveries and returns."""

import pytest

from alert_district import District
from huiyan.settings import Settings


@pytest.fixture
def district(warehouse: Settings) -> District:
    """A district without hits, nothing evaluated."""
    return District(warehouse)
