"""Data Docs."""

from huiyan.quality.validation import Validation
from huiyan.settings import Settings


def publish(validation: Validation, settings: Settings) -> None:
    pass
