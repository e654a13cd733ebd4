"""The steps of one business date, in order: the same functions the Airflow tasks call.

Data moves one way: landing → quality gate → warehouse → alerts → delivery. Every step is
idempotent and may be killed and repeated.
"""

from dataclasses import dataclass, field
from datetime import date

from huiyan.alerts.issue import issue_all
from huiyan.delivery.deliver import deliver
from huiyan.errors import FeedError, HuiyanError
from huiyan.feeds.collect import collect
from huiyan.feeds.contract import load_contracts
from huiyan.quality.gate import check
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.evaluate import evaluate
from huiyan.workdays import is_workday


@dataclass(frozen=True)
class FeedDay:
    """What became of one feed's delivery for one business date.

    Attributes:
        status: accepted, stopped, missing (due and not there) or none (not due, not there).
        rows: rows in the delivery. quarantined: rows of it in quarantine.
        message: what happened and what to do, empty where all is well.
    """

    feed: str
    status: str
    rows: int = 0
    quarantined: int = 0
    message: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing about this feed needs a person."""
        return self.status in ("accepted", "none")


@dataclass(frozen=True)
class Day:
    """What became of one business date.

    Attributes:
        evaluated: dates evaluated, the business date and later ones that had become stale.
        deliveries: (date, body, status) of every extract.
        failures: what did not work, one line each.
    """

    business_date: date
    feeds: list[FeedDay] = field(default_factory=list)
    evaluated: list[date] = field(default_factory=list)
    deliveries: list[tuple[date, str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether all of the day worked."""
        return not self.failures and all(feed.is_well for feed in self.feeds)


def land(feed: str, business_date: date, settings: Settings | None = None) -> FeedDay:
    """Collect one feed's delivery and put it through the quality gate."""
    settings = settings or get_settings()
    landed = collect(feed, business_date, settings)
    if landed.status == "missing":
        contract = load_contracts()[feed]
        due = contract.kind == "daily" and is_workday(business_date)
        return FeedDay(feed, "missing" if due else "none", message=landed.message if due else "")
    if landed.status == "stopped" or landed.batch_id is None:
        return FeedDay(feed, "stopped", landed.rows, message=landed.message)
    gate = check(landed.batch_id, settings)
    return FeedDay(feed, gate.status, gate.rows, gate.quarantined, gate.message)


def run_day(business_date: date, settings: Settings | None = None) -> Day:
    """Run every step of `business_date` in this process.

    A feed that fails stops only itself; what fails later stops what stands on it.
    """
    settings = settings or get_settings()
    day = Day(business_date)
    for feed in filter(settings.subscribes_to, load_contracts()):
        try:
            day.feeds.append(land(feed, business_date, settings))
        except FeedError as error:
            day.feeds.append(FeedDay(feed, "stopped", message=str(error)))
    day.evaluated.extend(evaluate(business_date, settings).dates)
    for issued in issue_all(day.evaluated or [business_date], settings):
        for body in issued.bodies:
            try:
                status = deliver(issued.business_date, body, settings).status
            except HuiyanError as error:
                day.failures.append(str(error))
                status = "failed"
            day.deliveries.append((issued.business_date, body, status))
    return day
