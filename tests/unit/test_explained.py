"""What `explain` prints of an alert's events."""

import pytest

from huiyan.explained import _event

BODIES = {"TC01": "青禾镇纪委"}
CLOSED = {"progress": "closed", "action": "return_money", "amount_recovered": "1860.00"}


@pytest.mark.parametrize(
    ("event", "by", "said"),
    [
        (
            {"actor": "body", "body_code": "TC01", "detail": CLOSED},
            "青禾镇纪委",
            "已办结；退缴资金；退缴 1,860.00 元",
        ),
        ({"actor": "body", "body_code": "SO1", "detail": {"progress": None}}, "SO1", ""),
        ({"actor": "body", "body_code": None, "detail": {}}, "办理主体", ""),
        ({"actor": "channel", "body_code": "TC01", "detail": None}, "送达通道", ""),
        ({"actor": "王某", "body_code": None, "detail": {}}, "王某", ""),
    ],
)
def test_an_event_says_who_reported_what(event: dict[str, object], by: str, said: str) -> None:
    told = _event(event, BODIES)
    assert (told["by"], told["said"]) == (by, said)
