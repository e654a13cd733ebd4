"""A timetable that fires on working days of the official calendar, swapped Saturdays included."""

from datetime import date, datetime, time, timedelta
from typing import Any

from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from pendulum import DateTime, instance

from huiyan.orchestration.calendar import ZONE
from huiyan.workdays import is_workday

HORIZON = timedelta(days=30)


class WorkdayTimetable(Timetable):
    """Fires at the given times (HH:MM, Asia/Shanghai) of every working day.

    Which business date a run works on is settled while it runs (`partitioned_at_runtime`): the
    partition key it was triggered with, else the working day before the moment it was scheduled
    for.
    """

    partitioned_at_runtime = True

    def __init__(self, *times: str) -> None:
        if not times:
            raise ValueError("WorkdayTimetable needs at least one time, for example '06:00'.")
        self.times = tuple(sorted(set(times)))
        self._at = tuple(time.fromisoformat(value) for value in self.times)
        self.description = f"On working days at {', '.join(self.times)}"

    @property
    def summary(self) -> str:
        """What the web page shows as schedule."""
        return f"workdays {' '.join(self.times)}"

    def serialize(self) -> dict[str, Any]:
        """Arguments to make it anew."""
        return {"times": list(self.times)}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """Make it from what `serialize` returned."""
        return cls(*data["times"])

    def _on(self, day: date) -> list[DateTime]:
        if not is_workday(day):
            return []
        return [instance(datetime.combine(day, at, ZONE)).in_timezone("UTC") for at in self._at]

    def following(self, moment: datetime, *, inclusive: bool) -> DateTime:
        """The first firing after `moment`, or at it if `inclusive`.

        Raises:
            ValueError: no working day within a month; the calendar must be wrong.
        """
        first = moment.astimezone(ZONE).date()
        for offset in range(HORIZON.days):
            for firing in self._on(first + timedelta(days=offset)):
                if firing > moment or (inclusive and firing == moment):
                    return firing
        raise ValueError(f"The official calendar names no working day within 30 days of {first}.")

    def latest(self, moment: datetime) -> DateTime:
        """The last firing at or before `moment`; ValueError as in `following`."""
        last = moment.astimezone(ZONE).date()
        for offset in range(HORIZON.days):
            for firing in reversed(self._on(last - timedelta(days=offset))):
                if firing <= moment:
                    return firing
        raise ValueError(f"The official calendar names no working day within 30 days of {last}.")

    def infer_manual_data_interval(self, *, run_after: DateTime) -> DataInterval:
        """A run by hand belongs to the moment it was asked for."""
        return DataInterval.exact(run_after)

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        """The next firing, None after the DAG's end date.

        A DAG that is switched on for the first time waits for the next firing: it must not work on
        a day nobody asked for.
        """
        now = DateTime.now("UTC")
        if last_automated_data_interval is not None:
            firing = self.following(last_automated_data_interval.end, inclusive=False)
            if not restriction.catchup:
                firing = max(firing, self.latest(now))
        elif restriction.catchup and restriction.earliest is not None:
            firing = self.following(restriction.earliest, inclusive=True)
        else:
            firing = self.following(max(now, restriction.earliest or now), inclusive=True)
        if restriction.latest is not None and firing > restriction.latest:
            return None
        return DagRunInfo.exact(firing)
