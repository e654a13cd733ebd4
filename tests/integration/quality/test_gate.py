import pytest

from huiyan.quality.gate import check
from huiyan.settings import Settings

from .landing import land, query, vouchers


def test_good_batch_is_accepted(warehouse: Settings) -> None:
    batch = land(warehouse, "finance_vouchers", [vouchers(50)])
    result = check(batch)
    assert (result.status, result.rows, result.quarantined, result.duplicates) == (
        "accepted", 50, 0, 0,
    )  # fmt: skip
