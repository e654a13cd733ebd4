from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from huiyan.feeds.contract import load_contract, load_contracts
from huiyan.orchestration import calendar

ZONE = ZoneInfo("Asia/Shanghai")
FRIDAY = date(2025, 11, 28)


def test_a_partition_names_the_business_date() -> None:
    assert calendar.business_date_of("2025-11-28", None) == FRIDAY


@pytest.mark.parametrize(
    ("fired", "expected"),
    [
        (datetime(2025, 12, 1, 6, tzinfo=ZONE), FRIDAY),
        (datetime(2025, 11, 30, 22, tzinfo=ZoneInfo("UTC")), FRIDAY),
        (datetime(2025, 10, 9, 6, tzinfo=ZONE), date(2025, 9, 30)),
        (datetime(2025, 10, 13, 6, tzinfo=ZONE), date(2025, 10, 11)),
    ],
    ids=["Monday", "UTC", "after National Day", "after a worked Saturday"],
)
def test_a_scheduled_run_works_on_the_working_day_before(fired: datetime, expected: date) -> None:
    assert calendar.business_date_of(None, fired) == expected


def test_a_run_without_any_date_is_refused() -> None:
    with pytest.raises(ValueError, match="partition key"):
        calendar.business_date_of(None, None)


def test_a_daily_feed_is_due_on_the_next_working_day() -> None:
    due = calendar.deadline(load_contract("finance_vouchers"), FRIDAY)
    assert due == datetime(2025, 12, 1, 8, tzinfo=ZONE)


def test_nothing_is_due_on_a_day_off_and_a_snapshot_never() -> None:
    assert calendar.deadline(load_contract("finance_vouchers"), date(2025, 11, 29)) is None
    assert calendar.deadline(load_contract("leases"), FRIDAY) is None


def test_the_day_goes_on_at_the_last_deadline() -> None:
    contracts = list(load_contracts().values())
    assert calendar.last_deadline(contracts, FRIDAY) == datetime(2025, 12, 1, 8, tzinfo=ZONE)
    assert calendar.last_deadline([], FRIDAY) == datetime(2025, 12, 1, 6, tzinfo=ZONE)
    assert calendar.collected_until(FRIDAY) > calendar.last_deadline(contracts, FRIDAY)
