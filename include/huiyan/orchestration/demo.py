"""`huiyan demo run`: a fictitious district through the real Airflow scheduler, files to desks."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from huiyan.demo.make import MARKER, OPTIONAL, install_crosswalk
from huiyan.demo.replies import habits_of, send_back
from huiyan.demo.truth import RETURNS
from huiyan.errors import OrchestrationError
from huiyan.orchestration.calendar import subscribed_contracts
from huiyan.orchestration.environment import login
from huiyan.orchestration.local_airflow import LocalAirflow, local_airflow
from huiyan.orchestration.services import stopped_on_signals, tail
from huiyan.orchestration.summary import summarise
from huiyan.orchestration.watch import DayProgress, Watch
from huiyan.quality import docs
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import embedded
from huiyan.warehouse.migrate import migrate

MINUTES = 30
DISTRICT = "demo"
ANSWERING_PERCENT = 40  # of the units and regulators; it is a demo, not a district-year
STAGES = {
    "waiting": "[dim]waiting[/]",
    "feeds": "collecting and checking feeds",
    "warehouse": "judging (dbt)",
    "alerts": "alerting and delivering",
    "done": "[green]done[/]",
}


def delivered_dates(settings: Settings) -> list[date]:
    """Business dates for which anything lies in the landing zone, in order."""
    found = set()
    for contract in subscribed_contracts(settings):
        for folder in (settings.landing / contract.name).glob("????-??-??"):
            try:
                found.add(date.fromisoformat(folder.name))
            except ValueError:
                continue
    return sorted(found)


def _demo_settings() -> Settings:
    """Settings of the environment with the demo's own landing zone and feeds.

    Child processes see them.
    """
    landing = get_settings().make_home() / DISTRICT / "landing"
    os.environ["HUIYAN_LANDING"] = str(landing)
    os.environ.setdefault("HUIYAN_FEEDS", ",".join(f"+{feed}" for feed in OPTIONAL))
    return get_settings()


@contextmanager
def _district(settings: Settings, console: Console) -> Iterator[Callable[[], None]]:
    """Make the demo district, if there is none, while Airflow starts.

    Yields:
        A function that waits until it is made.
    """
    if (settings.home_dir / DISTRICT / MARKER).exists():
        console.print(f"The demo district is there already: {settings.landing}", soft_wrap=True)
        yield lambda: None
        return
    console.print("Making the demo district ...")
    log = settings.home_dir / "logs" / "demo-make.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        maker = subprocess.Popen(
            [sys.executable, "-c", "from huiyan.cli import main; main()", "demo", "make"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def wait() -> None:
        if maker.wait() != 0:
            raise OrchestrationError(
                f"The demo district could not be made; {log} ends:\n{tail(log)}"
            )

    try:
        yield wait
    finally:
        if maker.poll() is None:
            maker.terminate()
            maker.wait()


@contextmanager
def _warehouse(settings: Settings, console: Console, keep: bool) -> Iterator[None]:
    """Start and migrate the warehouse; stop the embedded one if this run started it."""
    was_running = settings.warehouse_url is not None or embedded.running(settings) is not None
    console.print("Starting PostgreSQL ...")
    try:
        migrate(settings)
        yield
    finally:
        if was_running or keep:
            console.print("PostgreSQL goes on running; `huiyan db stop` stops it.")
        else:
            embedded.stop(settings)


def _run_days(
    airflow: LocalAirflow,
    dates: list[date],
    settings: Settings,
    console: Console,
    answering: Callable[[date], None],
) -> None:
    feed_dags = [f"feed_{contract.name}" for contract in subscribed_contracts(settings)]
    for dag_id in (*feed_dags, "warehouse", "alerts"):
        airflow.session.unpause(dag_id)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[stage]}"),
        TimeElapsedColumn(),
        console=console,
        transient=not console.is_terminal,
    ) as progress:
        bars = {
            day: progress.add_task(
                str(day), total=len(feed_dags) + 2, stage=STAGES["waiting"], start=False
            )
            for day in dates
        }

        pushed: set[date] = set()

        def show(days: list[DayProgress]) -> None:
            for day in days:
                bar = bars[day.business_date]
                if day.stage != "waiting" and progress.tasks[bar].start_time is None:
                    progress.start_task(bar)
                done = day.feeds_done + {"alerts": 1, "done": 2}.get(day.stage, 0)
                progress.update(bar, completed=done, stage=STAGES[day.stage])
                if day.stage == "done" and day.business_date not in pushed:
                    pushed.add(day.business_date)
                    progress.stop_task(bar)
                    if not console.is_terminal:
                        console.print(
                            f"{day.business_date}: pushed {day.seconds:.0f} s after its feeds began"
                        )

        Watch(
            airflow,
            dates,
            feed_dags,
            MINUTES * 60,
            show,
            answers=(f"feed_{RETURNS}",),
            answered_last=dates[-1],
            before_answers=answering,
        ).run()


def _answering(dates: list[date], settings: Settings, console: Console) -> Callable[[date], None]:
    """What puts the bodies' forms for a business date into the landing zone.

    The feeds of a date begin while the date before is still at work, so its forms answer the one
    before that; those of the last date, which is waited for, answer the date before.
    """
    habits = habits_of(settings.home_dir / DISTRICT, settings, ANSWERING_PERCENT)

    def answer(day: date) -> None:
        place = dates.index(day)
        ago = 1 if day == dates[-1] else 2
        if place < max(ago, 2):
            return
        replies = send_back(dates[place - ago], day, habits, settings)
        if replies.forms:
            console.print(
                f"{day}: {replies.forms} bodies sent back {replies.lines} answers to what they "
                f"received for {dates[place - ago]}"
            )

    return answer


def _places(settings: Settings, console: Console) -> None:
    pages = docs.site(settings) / "index.html"
    console.print(f"Workbooks:     {settings.outbox}/<body>/<date>/alerts.xlsx", soft_wrap=True)
    console.print(f"Data quality:  {_uri(pages)}", soft_wrap=True)
    console.print(f"Briefs:        {settings.briefs}/<date>.html", soft_wrap=True)
    console.print(f"Logs:          {settings.home_dir / 'logs'}", soft_wrap=True)


def _uri(path: Path) -> str:
    return path.as_uri() if path.exists() else str(path)


def run_demo(keep: bool = False, console: Console | None = None) -> int:
    """Run the demo district's days through Airflow, print what was found, stop everything.

    Args:
        keep: leave Airflow running, and show its address and login, until Ctrl-C.

    Returns:
        Exit code, 0 if all of it worked.

    Raises:
        OrchestrationError: something failed; the message says what and where its log is.
    """
    console = console or Console()
    settings = _demo_settings()
    began = time.monotonic()
    with (
        stopped_on_signals(),
        _warehouse(settings, console, keep),
        _district(settings, console) as wait_for_district,
        local_airflow(settings, lambda words: console.print(f"Airflow: {words} ...")) as airflow,
    ):
        wait_for_district()
        install_crosswalk(settings.home_dir / DISTRICT, settings)
        dates = delivered_dates(settings)
        console.print(f"{len(dates)} business dates, {dates[0]} to {dates[-1]}.")
        _run_days(airflow, dates, settings, console, _answering(dates, settings, console))
        figures = summarise(dates, settings, console)
        _places(settings, console)
        console.print(
            f"{figures.hits:,} hits of {figures.rules_with_hits} rules, {figures.deliveries:,} "
            f"extracts for {figures.bodies} bodies, in {time.monotonic() - began:.0f} seconds."
        )
        if keep:
            _keep(airflow, settings, console)
        else:
            console.print("Airflow is stopped again; `make demo KEEP=1` leaves it running.")
    return 0


def _keep(airflow: LocalAirflow, settings: Settings, console: Console) -> None:
    user, password = login(settings)
    console.print(f"Airflow:       {airflow.url}  user {user}, password {password}", soft_wrap=True)
    console.print("Ctrl-C stops it.")
    with suppress(KeyboardInterrupt):
        while True:
            airflow.services.check()
            time.sleep(2)
