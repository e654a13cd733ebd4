"""When deliveries are due: business dates, deadlines and the hours in which feeds are collected."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from huiyan.feeds.contract import FeedContract, load_contracts
from huiyan.settings import Settings
from huiyan.workdays import is_workday, next_workday, previous_workday

ZONE = ZoneInfo("Asia/Shanghai")
COLLECT_FROM = time(6, 0)
COLLECT_UNTIL = time(20, 0)


def subscribed_contracts(settings: Settings) -> list[FeedContract]:
    """Contracts of the feeds this district subscribes to, daily ones first."""
    return [
        contract
        for name, contract in load_contracts().items()
        if settings.subscribes_to(name, is_optional=contract.is_optional)
    ]


def business_date_of(partition_key: str | None, scheduled_for: datetime | None) -> date:
    """The business date a run works on.

    Args:
        partition_key: the run's partition (YYYY-MM-DD); None on scheduled runs.
        scheduled_for: the moment the timetable fired; the date worked on is the working day before.

    Raises:
        ValueError: neither is given, or the partition is not a date.
    """
    if partition_key is not None:
        return date.fromisoformat(partition_key)
    if scheduled_for is None:
        raise ValueError(
            "This run has no business date: trigger it with a partition key such as 2025-11-28."
        )
    return previous_workday(scheduled_for.astimezone(ZONE).date())


def handover_day(business_date: date) -> date:
    """The working day on which the deliveries of `business_date` are collected."""
    return next_workday(business_date)


def deadline(contract: FeedContract, business_date: date) -> datetime | None:
    """When the delivery is due; None for snapshots and forms, and on days that are not worked."""
    if contract.deadline is None or not is_workday(business_date):
        return None
    at = time.fromisoformat(contract.deadline)
    return datetime.combine(handover_day(business_date), at, ZONE)


def last_deadline(contracts: list[FeedContract], business_date: date) -> datetime:
    """When the day goes on without what is missing: the last deadline of any feed."""
    moments = [deadline(contract, business_date) for contract in contracts]
    return max(
        (moment for moment in moments if moment is not None),
        default=datetime.combine(handover_day(business_date), COLLECT_FROM, ZONE),
    )


def collected_until(business_date: date) -> datetime:
    """When a feed's run stops waiting for a late delivery."""
    return datetime.combine(handover_day(business_date), COLLECT_UNTIL, ZONE)
