"""Runs business dates through a running Airflow, in order, and watches every run."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from huiyan.errors import OrchestrationError
from huiyan.orchestration.client import Run
from huiyan.orchestration.local_airflow import LocalAirflow

POLL_SECONDS = 1.0
QUIET_POLLS = 3
DOWNSTREAM = ("warehouse", "alerts")


@dataclass
class DayProgress:
    """How far one business date is.

    Attributes:
        stage: waiting, feeds, warehouse, alerts or done.
        feeds_done: feed runs that are over.
        is_answered: the feeds that answer have been triggered.
    """

    business_date: date
    stage: str = "waiting"
    feeds_done: int = 0
    feeds: int = 0
    is_answered: bool = False
    began: float = 0.0
    seconds: float = 0.0


@dataclass
class Watch:
    """Triggers the feeds of each date and waits for what follows from them.

    The feeds of the next date start while the warehouse still judges the last one; they are not
    started for a date further ahead, so that the dates follow each other as in real life.

    Attributes:
        answers: feeds that answer what went out before, among `feed_dags`.
        answered_last: a date whose answers are waited for until the date before is over.
        before_answers: called with the date before their runs are triggered.
        on_progress: called after every look with the state of all dates.
    """

    airflow: LocalAirflow
    dates: list[date]
    feed_dags: list[str]
    timeout_seconds: float
    on_progress: Callable[[list[DayProgress]], None] = lambda _: None
    answers: tuple[str, ...] = ()
    answered_last: date | None = None
    before_answers: Callable[[date], None] = lambda _: None
    days: list[DayProgress] = field(init=False)
    since: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.since = datetime.now(UTC)
        self.days = [DayProgress(day, feeds=len(self.feed_dags)) for day in self.dates]

    def run(self) -> list[DayProgress]:
        """Run all dates to their end.

        Raises:
            OrchestrationError: a task failed (with the end of its log), a service ended, or the
                time is up.
        """
        deadline = time.monotonic() + self.timeout_seconds
        quiet = 0
        while quiet < QUIET_POLLS:
            self.airflow.services.check()
            self._trigger_next()
            self._trigger_answers()
            runs = self.airflow.session.runs(self.since)
            for run in runs:
                if run.state == "failed":
                    raise OrchestrationError(self._failure(run))
            for day in self.days:
                self._look(day, runs)
            self.on_progress(self.days)
            is_over = all(day.stage == "done" for day in self.days)
            quiet = quiet + 1 if is_over and all(run.is_over for run in runs) else 0
            if time.monotonic() > deadline:
                raise OrchestrationError(self._overdue(runs))
            time.sleep(POLL_SECONDS)
        return self.days

    def _trigger_next(self) -> None:
        busy = [day for day in self.days if day.stage not in ("waiting", "done")]
        if len(busy) > 1 or any(day.stage == "feeds" for day in busy):
            return
        day = next((day for day in self.days if day.stage == "waiting"), None)
        if day is None:
            return
        day.stage, day.began = "feeds", time.monotonic()
        self._trigger(day, [dag_id for dag_id in self.feed_dags if dag_id not in self.answers])

    def _trigger_answers(self) -> None:
        for place, day in enumerate(self.days):
            if day.stage != "feeds" or day.is_answered:
                continue
            is_early = place > 0 and self.days[place - 1].stage != "done"
            if is_early and day.business_date == self.answered_last:
                continue
            self.before_answers(day.business_date)
            self._trigger(day, self.answers)
            day.is_answered = True

    def _trigger(self, day: DayProgress, dag_ids: Iterable[str]) -> None:
        key = day.business_date.isoformat()
        for dag_id in dag_ids:
            run_id = f"{key}__{self.since:%Y%m%dT%H%M%S%f}"
            self.airflow.session.trigger(dag_id, run_id, key)

    def _look(self, day: DayProgress, runs: list[Run]) -> None:
        if day.stage in ("waiting", "done"):
            return
        mine = [run for run in runs if run.partition == day.business_date.isoformat()]
        feeds = [run for run in mine if run.dag_id in self.feed_dags]
        day.feeds_done = sum(run.is_over for run in feeds)
        if day.feeds_done < len(self.feed_dags):
            return
        for stage in DOWNSTREAM:
            following = [run for run in mine if run.dag_id == stage]
            if not following or not all(run.is_over for run in following):
                day.stage = stage
                return
        day.stage, day.seconds = "done", time.monotonic() - day.began

    def _failure(self, run: Run) -> str:
        session = self.airflow.session
        lines = [f"{run.dag_id} failed for {run.partition} (run {run.run_id})."]
        for task in session.failed_tasks(run)[:3]:
            index = f"[{task['map_index']}]" if task["map_index"] >= 0 else ""
            lines += [f"Task {task['task_id']}{index}; its log ends:", session.task_log(task)]
        lines.append(f"All logs are in {self.airflow.services.logs} and on {self.airflow.url}.")
        return "\n".join(lines)

    def _overdue(self, runs: list[Run]) -> str:
        waiting = ", ".join(
            sorted(f"{run.dag_id} {run.partition} ({run.state})" for run in runs if not run.is_over)
        )
        return (
            f"Not finished after {self.timeout_seconds / 60:.0f} minutes; still at work: "
            f"{waiting or 'nothing, a run that should have followed did not start'}. "
            f"The scheduler's log ends:\n{self.airflow.services.tail('scheduler')}"
        )
