"""`huiyan run --date D`: one business date through the same DAGs, without a scheduler."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
from rich.console import Console
from rich.markup import escape

from huiyan.alerts.idle import Entry, entries_in_warehouse, entry, idle
from huiyan.delivery.register import DEAD
from huiyan.environment import restored_environment
from huiyan.errors import ConfigurationError, HuiyanError, OrchestrationError
from huiyan.orchestration import calendar
from huiyan.orchestration.environment import base_environment
from huiyan.orchestration.progress import Progress
from huiyan.orchestration.status import DayStatus, day_status
from huiyan.orchestration.steps import RULE_FAILED, is_known
from huiyan.rules.exceptions import checked
from huiyan.settings import REPOSITORY, Settings, get_settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.migrate import migrate
from huiyan.workdays import is_workday

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
DONE, FAILED, INCOMPLETE = 0, 1, 3
SHOWN = 20

DELIVERIES = {
    "landed": "in a new version",
    "unchanged": "unchanged",
    "stopped": "stopped",
    "missing": "with nothing in the landing zone",
}


@dataclass
class DayRun:
    """What running a business date did.

    Attributes:
        landing: landing zone its feeds were looked for in.
        collected: of how many feeds the delivery came to which status: those of `Collected`, where
            stopped is also what the quality gate has stopped.
        evaluated: business dates judged.
        deliveries: what became of each extract, by status.
        failures: what did not work, one text each.
        warnings: what did not work and does not matter to the day, one text each.
        briefs: the pages of the operations briefs written.
        idle_exceptions: exceptions read for the first time that except nothing, in words.
        status: state of every feed afterwards.
    """

    business_date: date
    landing: Path
    collected: dict[str, int] = field(default_factory=dict)
    evaluated: list[str] = field(default_factory=list)
    deliveries: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    briefs: list[str] = field(default_factory=list)
    idle_exceptions: list[str] = field(default_factory=list)
    status: DayStatus | None = None

    @property
    def failed_rules(self) -> list[str]:
        """What the rules said that failed on the date."""
        alerts = self.status.alerts if self.status else []
        return [message for kind, _, message in alerts if kind == RULE_FAILED]

    @property
    def given_up(self) -> list[str]:
        """What the extracts of the date that were given up failed of."""
        alerts = self.status.alerts if self.status else []
        return [message for kind, _, message in alerts if kind == DEAD]

    @property
    def exit_code(self) -> int:
        """0 if all of it worked, 1 if a task failed, 3 if a feed or a rule is not in or an extract
        was given up."""
        if self.failures:
            return FAILED
        is_whole = (
            self.status is not None
            and not self.status.troubled
            and not self.failed_rules
            and not self.given_up
        )
        return DONE if is_whole else INCOMPLETE


@contextmanager
def run_environment(
    landing: Path | None = None, outbox: Path | None = None, full: bool = False
) -> Iterator[Settings]:
    """Settings with these folders, and what importing Airflow needs, while the block runs.

    Raises:
        OrchestrationError: there is no such landing zone.
    """
    if landing is not None and not landing.expanduser().is_dir():
        raise OrchestrationError(
            f"There is no landing zone {landing}: it is the folder that holds <feed>/<YYYY-MM-DD>/."
        )
    with restored_environment():
        for name, path in (("HUIYAN_LANDING", landing), ("HUIYAN_OUTBOX", outbox)):
            if path is not None:
                os.environ[name] = str(path.expanduser().resolve())
        if full:
            os.environ["HUIYAN_FULL"] = "true"
        settings = get_settings()
        for name, value in base_environment(settings).items():
            os.environ.setdefault(name, value)
        os.environ.setdefault("AIRFLOW__LOGGING__LOGGING_LEVEL", "WARNING")
        yield settings


def _refuse_an_impossible_date(business_date: date) -> None:
    if not EARLIEST <= business_date <= LATEST:
        raise OrchestrationError(
            f"{business_date} is no business date: it must lie in {EARLIEST.year}–{LATEST.year}."
        )


def _holds_nothing(folder: Path) -> bool:
    try:
        return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError:
        # It is there; what is the matter with it its feed will say.
        return False


def _refuse_a_mistyped_date(business_date: date, settings: Settings) -> None:
    """Refuse a date for which nothing lies there, has ever come or was ever judged.

    The scheduler knows its dates and goes on without any delivery; who types one, or has another
    folder mounted than he thinks, would push what is open once more to everybody.
    """
    _refuse_an_impossible_date(business_date)
    if not all(
        _holds_nothing(settings.landing / contract.name / business_date.isoformat())
        for contract in calendar.subscribed_contracts(settings)
    ):
        return
    with connect(settings, role="huiyan_load") as connection:
        if is_known(connection, business_date):
            return
    off = "" if is_workday(business_date) else " is no working day and"
    there = "" if settings.landing.is_dir() else ", which does not exist"
    raise OrchestrationError(
        f"{business_date}{off} has no delivery of any feed: judging it would only push what is "
        f"open once more. Look at the date and at the landing zone: deliveries are expected in "
        f"{settings.landing}/<feed>/{business_date}/{there} (--landing or HUIYAN_LANDING names "
        "another)."
    )


def _walk(business_date: date, settings: Settings, progress: Progress) -> DayRun:
    from huiyan.orchestration.inline import InlineRun, is_due, load_dags

    dags = load_dags(REPOSITORY / "dags")
    day = DayRun(business_date, settings.landing)
    with connect(settings, role="huiyan_push") as connection:
        known = entries_in_warehouse(connection)
    became: dict[str, str] = {}
    emitted: set[str] = set()

    def run(dag_id: str, on: date) -> InlineRun:
        done = InlineRun(dags[dag_id], on).execute()
        day.failures += [str(failure) for failure in done.failures]
        day.warnings += [str(failure) for failure in done.warnings]
        return done

    contracts = calendar.subscribed_contracts(settings)
    with progress.step(f"{business_date}: collecting and checking {len(contracts)} feeds") as part:
        for contract in contracts:
            part(f"{contract.label} {contract.name}")
            done = run(f"feed_{contract.name}", business_date)
            emitted |= {name for name, keys in done.events.items() if keys}
            if "collect" in done.results:
                became[contract.name] = done.results["collect"]["status"]
    failed = not is_due(dags["warehouse"].timetable.asset_condition, emitted)
    # What feeds_deadline does at the last deadline: the day goes on without them.
    without = " without the feeds that failed" if failed else ""
    with progress.step(f"{business_date}: judging{without} (staging, units, rules, marts)"):
        judged = run("warehouse", business_date)
    day.evaluated = judged.events["marts"]
    count = len(day.evaluated)
    dates = f"{count} date{'' if count == 1 else 's'}"
    with progress.step(f"{business_date}: alerts and extracts of {dates}") as part:
        for key in day.evaluated:
            part(key)
            done = run("alerts", date.fromisoformat(key))
            for result in done.results.get("deliver", []):
                day.deliveries[result] = day.deliveries.get(result, 0) + 1
            day.briefs += [done.results["brief"]] if "brief" in done.results else []
    # Nobody waits here: what is not there now counts as missing, whatever the clock says.
    now = calendar.collected_until(business_date)
    try:
        day.status = day_status(business_date, settings, now)
        day.idle_exceptions = _newly_idle(known, business_date, settings)
    except (HuiyanError, psycopg.Error) as error:
        # What failed before it says more than this alone would.
        day.failures.append(f"The state of the day cannot be told: {error}")
    day.collected = _counted(became, day.status)
    return day


def _newly_idle(known: set[Entry], business_date: date, settings: Settings) -> list[str]:
    try:
        exceptions = checked(settings)
    except ConfigurationError:
        # Nothing is judged by a list that is wrong: that failure is told already.
        return []
    new = [exception for exception in exceptions if entry(exception) not in known]
    with connect(settings, role="huiyan_push") as connection:
        return idle(connection, new, business_date)


def _counted(became: Mapping[str, str], status: DayStatus | None) -> dict[str, int]:
    """Feeds by what became of their delivery; a new version that the gate stopped is stopped."""
    stopped = {feed.feed for feed in status.feeds if feed.status == "stopped"} if status else set()
    return dict(
        Counter(
            "stopped" if each == "landed" and feed in stopped else each
            for feed, each in became.items()
        )
    )


def _deliveries(day: DayRun) -> str:
    """What became of the feeds' deliveries, in words."""
    if not day.collected.keys() - {"missing"}:
        return f"no feed has a delivery in {day.landing}/<feed>/{day.business_date}/"
    return "feeds: " + ", ".join(
        f"{day.collected[status]} {words}"
        for status, words in DELIVERIES.items()
        if status in day.collected
    )


def _report(day: DayRun, console: Console) -> None:
    status = day.status
    for feed in status.feeds if status else []:
        if not feed.is_well:
            console.print(
                f"[red]{feed.status}[/] {feed.feed} {feed.label}: {escape(feed.told)}",
                soft_wrap=True,
            )
        for place, line in enumerate(feed.quarantine(day.business_date)):
            mark = "" if place else "[yellow]quarantine[/] "
            console.print(f"{mark}{escape(line)}", soft_wrap=True)
        if feed.unread:
            console.print(f"[yellow]columns[/] {escape(feed.unread)}", soft_wrap=True)
    for message in day.failed_rules:
        console.print(f"[red]rule failed[/] {escape(message)}", soft_wrap=True)
    for message in day.given_up[:SHOWN]:
        console.print(f"[red]not delivered[/] {escape(message)}", soft_wrap=True)
    for failure in day.failures[:SHOWN]:
        console.print(f"[red]failed[/] {escape(failure)}", soft_wrap=True)
    if len(day.failures) > SHOWN:
        console.print(f"[red]failed[/] and {len(day.failures) - SHOWN} tasks more")
    for warning in day.warnings[:SHOWN]:
        console.print(f"[yellow]warning[/] {escape(warning)}", soft_wrap=True)
    for words in day.idle_exceptions[:SHOWN]:
        console.print(f"[yellow]exception[/] {escape(words)}", soft_wrap=True)
    if len(day.idle_exceptions) > SHOWN:
        more = len(day.idle_exceptions) - SHOWN
        console.print(f"[yellow]exception[/] and {more} more (huiyan status)")
    extracts = ", ".join(f"{count} {state}" for state, count in sorted(day.deliveries.items()))
    console.print(
        f"{day.business_date}: {escape(_deliveries(day))}; "
        f"judged {', '.join(day.evaluated) or 'nothing'}; extracts: {extracts or 'none'}.",
        soft_wrap=True,
    )
    for page in day.briefs:
        console.print(f"Operations brief: {escape(page)}", soft_wrap=True)
    if day.exit_code == INCOMPLETE:
        console.print(
            "Not every feed and rule is in, or not every extract went out (see above); the rest of "
            "the day is done. Have it delivered or corrected and run the date again."
        )


def run_day(
    business_date: date,
    landing: Path | None = None,
    outbox: Path | None = None,
    progress: Progress | None = None,
    full: bool = False,
) -> DayRun:
    """Run one business date: the DAGs' own tasks, called one after another in this process.

    Safe to kill at any moment and to repeat, and to run twice at once: every task is.

    Args:
        landing: landing zone instead of HUIYAN_LANDING.
        outbox: folder of extracts instead of HUIYAN_OUTBOX.
        progress: told what is being done; None tells nobody.
        full: evaluate all that every rule may look at, also if nothing changed.

    Raises:
        OrchestrationError: there is no such landing zone, or nothing has ever come for the date.
    """
    with run_environment(landing, outbox, full) as settings:
        progress = progress or Progress()
        with progress.step("opening the warehouse"):
            migrate(settings)
        _refuse_a_mistyped_date(business_date, settings)
        return _walk(business_date, settings, progress)


def run(
    business_date: date,
    landing: Path | None = None,
    outbox: Path | None = None,
    console: Console | None = None,
    full: bool = False,
) -> int:
    """Run one business date as `run_day` does, with progress and a report for people.

    Returns:
        0 if all of it worked; 1 if a task failed; 3 if every task worked but a feed was stopped or
        a feed due on that date is missing, in which case the rest of the day is done.
    """
    console = console or Console(stderr=True)
    day = run_day(business_date, landing, outbox, Progress(console), full)
    _report(day, console)
    return day.exit_code


def brief(business_date: date, console: Console | None = None) -> None:
    """Write the operations brief of a business date and mail it to who has not had it.

    Raises:
        WarehouseError: what it tells cannot be read.
        DeliveryError: the mail did not reach everybody; the page is there.
        OrchestrationError: there is no such business date.
    """
    from huiyan.brief.make import make

    _refuse_an_impossible_date(business_date)

    console = console or Console(stderr=True)
    with run_environment() as settings:
        migrate(settings)
        made = make(business_date, settings)
    console.print(f"{business_date}: {made.needs} to do; {escape(str(made.path))}", soft_wrap=True)
    if made.mailed:
        console.print(f"Mailed to {escape(', '.join(made.mailed))}.", soft_wrap=True)


def deliver_waiting(
    business_date: date | None = None,
    body_code: str | None = None,
    *,
    again: bool = False,
    console: Console | None = None,
) -> int:
    """Deliver what is due in the outbox, one extract after another, without a scheduler.

    Args:
        business_date: only this one; None means all.
        body_code: only this body's; None means all.
        again: also what was given up or is not due yet, its attempts counted anew.

    Returns:
        0 if all of it was delivered; 1 if some was not, or if `again` found nothing to send.
    """
    from huiyan.delivery.deliver import deliver
    from huiyan.delivery.outbox import due, raise_again

    console = console or Console(stderr=True)
    with run_environment() as settings:
        migrate(settings)
        waiting = (raise_again if again else due)(settings, business_date, body_code)
        failures = 0
        for day, body in waiting:
            try:
                result = deliver(day, body, settings)
            except HuiyanError as error:
                failures += 1
                console.print(f"[red]failed[/] {escape(str(error))}", soft_wrap=True)
                continue
            console.print(
                f"{day} {escape(body)}: {result.status} {escape(result.location or '')}",
                soft_wrap=True,
            )
    if not waiting:
        console.print(
            "Nothing waits or was given up: what has been delivered lies in the outbox folder."
            if again
            else "Nothing is due."
        )
    return FAILED if failures or (again and not waiting) else DONE
