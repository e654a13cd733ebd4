"""What a backtest found, and how it compares with the live version."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from huiyan.backtest.live import Overlap, Unit, Verdict
from huiyan.backtest.parameters import Threshold
from huiyan.backtest.spells import Findings, Subject
from huiyan.backtest.volume import Volume
from huiyan.rules.catalogue import Rule

Change = Literal["new", "gone", "same"]


@dataclass(frozen=True)
class Result:
    """A rule over a range of evaluated business dates.

    Attributes:
        thresholds: its parameters, in force and tried.
        found: what was found. live: what it is compared with: if values are tried, the same rule
            with the values in force, judged the same way; else what the daily evaluation recorded.
        recorded_days: dates of `days` of which the daily evaluation recorded the rule at all.
        units: every unit by its id. overlaps, verdicts: of the subjects found.
        volume, live_volume: alerts that `found` and `live` open, and who gets them.
    """

    rule: Rule
    days: tuple[date, ...]
    thresholds: tuple[Threshold, ...]
    found: Findings
    live: Findings
    recorded_days: int
    units: dict[str, Unit]
    overlaps: tuple[Overlap, ...]
    verdicts: tuple[Verdict, ...]
    volume: Volume
    live_volume: Volume

    @property
    def is_trial(self) -> bool:
        """Whether other values than those in force are tried."""
        return any(each.tried is not None for each in self.thresholds)

    @property
    def live_is(self) -> str:
        """What "live" means here, in words."""
        if self.is_trial:
            return "the same rule with the parameters in force, judged the same way"
        recorded = "what the daily evaluation recorded"
        if self.recorded_days == len(self.days):
            return recorded
        return (
            f"{recorded}: of {self.recorded_days:,} of the {len(self.days):,} dates, on the others "
            "the rule was not there yet, or retired"
        )

    def unit(self, unit_id: str | None) -> Unit:
        """Name and township of a unit."""
        return self.units.get(unit_id or "", Unit(None, None))

    def changes(self) -> list[tuple[Change, Subject]]:
        """Every subject of either side, by first detection: as found, or as live if gone."""
        found, live = self.found.subjects(), self.live.subjects()
        both: list[tuple[Change, Subject]] = [
            ("same" if subject in live else "new", each) for subject, each in found.items()
        ]
        both += [("gone", each) for subject, each in live.items() if subject not in found]
        return sorted(both, key=lambda pair: (pair[1].first_detected_on, pair[1].hit.subject_id))
