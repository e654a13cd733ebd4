"""The district the benchmark runs on: made once on disk, reused while its options are the same."""

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from huiyan.demo.desk import Row
from huiyan.demo.district import MIN_ACCOUNTS, Options
from huiyan.demo.generate import generate
from huiyan.demo.landing import Landing
from huiyan.demo.make import DAILY, REFERENCE
from huiyan.demo.reference import snapshot
from huiyan.feeds.contract import load_contracts

FULL_ACCOUNTS = 1130
FULL_ENTRIES = 3_000_000
MONTHS = 12
LAST_DAY = "2025-12-31"
SEED = 2025
DAYS = 6  # delivered one by one after the rest


class CsvLanding(Landing):
    """A landing zone whose daily feeds COPY can read by itself: all CSV, every row whole."""

    def __init__(self, root: Path, business_days: list[int]) -> None:
        super().__init__(root, business_days, xml_units=frozenset())

    def spoil(
        self, feed: str, day: int, row: Row, column: str | None, cell: str, what: str
    ) -> None:
        """Leave out a row with too few cells, deliver the other ones that belong in quarantine."""
        if column is not None:
            super().spoil(feed, day, row, column, cell, what)


@dataclass(frozen=True)
class Delivery:
    """Files of one feed for one business date."""

    feed: str
    business_date: date
    files: tuple[Path, ...]

    @property
    def bytes(self) -> int:
        """Size of the files."""
        return sum(path.stat().st_size for path in self.files)


def options(scale: float, months: int = MONTHS) -> Options:
    """Options of a district-year times `scale`: one delivery, then DAYS single days."""
    return Options(
        accounts=max(MIN_ACCOUNTS, round(FULL_ACCOUNTS * scale)),
        months=months,
        seed=SEED,
        entries=round(FULL_ENTRIES * scale * months / MONTHS),
        daily_days=DAYS,
        last_day=LAST_DAY,
    )


def make(wanted: Options, folder: Path, *, fresh: bool = False) -> bool:
    """Make the district's landing zone in `folder` unless it is there; True if it was made."""
    mark = folder / "options.json"
    known = json.dumps(asdict(wanted), indent=2)
    if not fresh and mark.exists() and mark.read_text("utf-8") == known:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    landing = CsvLanding(folder, wanted.business_days)
    landing.ensure(DAILY)
    world = generate(wanted, landing)
    for feed, style in REFERENCE.items():
        rows = snapshot(world.district, feed, is_later=True)
        landing.snapshot(feed, wanted.business_days[0], rows, style)
    landing.close()
    mark.write_text(known, "utf-8")
    return True


def deliveries(folder: Path) -> dict[date, list[Delivery]]:
    """Deliveries in the landing zone by business date, reference feeds first."""
    found: dict[date, list[Delivery]] = {}
    for feed in reversed(load_contracts()):
        for day in sorted((folder / feed).glob("????-??-??")):
            files = tuple(sorted(path for path in day.iterdir() if path.name != "manifest.json"))
            business_date = date.fromisoformat(day.name)
            found.setdefault(business_date, []).append(Delivery(feed, business_date, files))
    return dict(sorted(found.items()))
