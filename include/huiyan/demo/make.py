"""Writes the whole demo district: landing zone, truth, crosswalk, and a day sent again."""

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

from huiyan.demo.days import iso
from huiyan.demo.desk import Row
from huiyan.demo.district import District, Options
from huiyan.demo.generate import World, generate
from huiyan.demo.landing import STYLES, XLSX, Landing, Spoilt, Style
from huiyan.demo.names import TOWNS
from huiyan.demo.reference import APPROVED_BY, crosswalk, snapshot, unit_pairs
from huiyan.demo.truth import JOINED, SETTLED, TRUTH, UNIT_TRUTH, Joined, Settled, write_truth
from huiyan.errors import ConfigurationError
from huiyan.settings import Settings
from huiyan.warehouse import reviewed

DAILY = ("finance_vouchers", "finance_attachments", "treasury_payments", "card_transactions")
REFERENCE: dict[str, Style] = {
    "finance_users": XLSX,
    "treasury_users": STYLES[1],
    "accounts": STYLES[2],
    "personnel": STYLES[4],
    "budgets": STYLES[0],
    "bodies": XLSX,
    "jurisdictions": STYLES[3],
    "leases": XLSX,
    "rectifications": STYLES[5],
}
# What others say of the units; nothing that a rule judges by.
OTHERS: dict[str, Style] = {"complaints": STYLES[1], "joint_findings": STYLES[5]}
OPTIONAL = ("rectifications", *OTHERS)
CHANGED_LATER = ("finance_users", "accounts", "personnel", "complaints")
MARKER, CROSSWALK = "demo.json", "unit_crosswalk.csv"
_PARTS = (
    "landing",
    "resend",
    TRUTH,
    UNIT_TRUTH,
    SETTLED,
    JOINED,
    CROSSWALK,
    "expected_quarantine.csv",
    MARKER,
)


@dataclass(frozen=True)
class Made:
    """What was written: business dates, rows per feed, platform users, account sets, cases."""

    out: Path
    landing: Path
    business_dates: list[str]
    rows: dict[str, int]
    users: int
    account_sets: int
    registered_accounts: int
    planted: dict[str, int]
    near_misses: int


class _Resend:
    """Beside the landing zone, one feed's day as it is sent again: a letter more, a letter less."""

    feed = "finance_attachments"

    def __init__(self, landing: Landing, day: int) -> None:
        self._landing = landing
        self._day = day
        self._again: list[Row] = []

    def put(self, feed: str, day: int, row: Row) -> None:
        self._landing.put(feed, day, row)
        if feed == self.feed and day == self._day:
            self._again.append(row)

    def spoil(
        self, feed: str, day: int, row: Row, column: str | None, cell: str, what: str
    ) -> None:
        self._landing.spoil(feed, day, row, column, cell, what)

    def repeat(self, feed: str, day: int, row: Row) -> None:
        self._landing.repeat(feed, day, row)

    def write(self, root: Path, world: World) -> None:
        """Write the second version of the day and what it changes."""
        marks = world.truth.marks
        withdrawn, added = marks["late_letter"], marks["missing_letter"]
        landing = Landing(root, [self._day], frozenset())
        kept = [
            row
            for row in self._again
            if not (_subject(row) == withdrawn and row[5] == "official_letter")
        ]
        acct_set, year, period, number = added.split("/")
        letter: Row = (
            acct_set,
            int(year),
            int(period),
            number,
            90,
            "official_letter",
            "来函〔2025〕补1号",
            None,
            f"{iso(self._day)} 16:00:00",
            "a" * 64,
            *[None] * 12,
        )
        for row in (*kept, letter):
            landing.put(self.feed, self._day, row)
        landing.close()
        _write_rows(
            root / "changes.csv",
            ("feed", "business_date", "rule_id", "subject_id", "change"),
            [
                (self.feed, iso(self._day), "REC-001", added, "cleared"),
                (self.feed, iso(self._day), "REC-001", withdrawn, "raised"),
            ],
        )


def _subject(row: Row) -> str:
    return f"{row[0]}/{row[1]}/{row[2]:02d}/{row[3]}"


def make(
    options: Options, out: Path, *, report: Callable[[str], None] = lambda message: None
) -> Made:
    """Write the district to `out`, replacing an earlier demo there.

    Raises:
        ConfigurationError: `out` holds something that is no demo.
    """
    _clear(out)
    days = options.business_days
    world: World
    landing = Landing(out / "landing", days, _xml_units(options))
    landing.ensure(DAILY)
    resend = _Resend(landing, days[-2]) if len(days) > 2 else None
    report("vouchers, attachments, payments and card transactions")
    world = generate(options, resend or landing)
    report("reference feeds, truth")
    district = world.district
    first_snapshots(landing, district, days[0])
    registered = landing.count("accounts")
    later_day = options.later_snapshot_day
    if later_day:
        later_snapshots(landing, district, later_day)
    landing.close()
    if resend:
        resend.write(out / "resend", world)
    write_truth(out / TRUTH, world.truth.cases)
    for name, kind, rows in (
        (SETTLED, Settled, world.truth.settled),
        (JOINED, Joined, world.truth.joined),
    ):
        _write_rows(out / name, tuple(kind.__annotations__), [astuple(row) for row in rows])
    _write_rows(
        out / UNIT_TRUTH,
        ("finance_agency_code", "treasury_agency_code"),
        unit_pairs(district),
    )
    write_crosswalk(out / CROSSWALK, district)
    _write_rows(
        out / "expected_quarantine.csv",
        tuple(Spoilt.__annotations__),
        [tuple(asdict(each).values()) for each in landing.spoilt],
    )
    cases = world.truth.cases
    planted: dict[str, int] = {}
    for case in cases:
        if case.kind == "planted":
            planted[case.rule_id] = planted.get(case.rule_id, 0) + 1
    made = Made(
        out=out,
        landing=out / "landing",
        business_dates=[iso(day) for day in days],
        rows=landing.rows,
        users=sum(bool(u.finance_code) + bool(u.treasury_code) for u in district.units),
        account_sets=sum(bool(u.acct_set) for u in district.units),
        registered_accounts=registered,
        planted=planted,
        near_misses=sum(case.kind == "near_miss" for case in cases),
    )
    summary = {
        "options": asdict(options),
        "business_dates": made.business_dates,
        "rows": made.rows,
        "users": made.users,
        "account_sets": made.account_sets,
        "registered_accounts": registered,
        "planted": planted,
        "repeated_rows": {"/".join(key): count for key, count in landing.repeated.items()},
    }
    (out / MARKER).write_text(
        json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    return made


def install_crosswalk(out: Path, settings: Settings) -> Path | None:
    """Put the demo's reviewed facts where the warehouse of `settings` looks for them.

    Returns:
        The file written; None if a district's own facts lie there, which stay as they are.
    """
    target = reviewed.CROSSWALK.own_file(settings)
    if target.exists():
        with target.open(encoding="utf-8-sig", newline="") as handle:
            if any(row.get("approved_by") != APPROVED_BY for row in csv.DictReader(handle)):
                return None
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(out / CROSSWALK, target)
    return target


def _xml_units(options: Options) -> frozenset[str]:
    """Finance codes of one town's villages: their platform delivers XML."""
    prefix = str(100 + TOWNS.index(TOWNS[4]) + 60)
    return frozenset(f"{prefix}{serial:03d}" for serial in range(1, 1000))


def _clear(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        if not (out / MARKER).exists() and not (out / "landing").exists():
            raise ConfigurationError(
                f"{out} is not empty and holds no demo district: choose another folder with --out."
            )
        for part in _PARTS:
            path = out / part
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)


def first_snapshots(landing: Landing, district: District, day: int) -> None:
    """Deliver the registers, and what others say of the units, for the first business date."""
    for feed, style in (REFERENCE | OTHERS).items():
        landing.snapshot(feed, day, snapshot(district, feed, is_later=False), style)


def later_snapshots(landing: Landing, district: District, day: int) -> None:
    """Deliver those of them that have changed by a later date."""
    for feed in CHANGED_LATER:
        later = snapshot(district, feed, is_later=True)
        landing.snapshot(feed, day, later, STYLES[day % len(STYLES)])


def write_crosswalk(path: Path, district: District) -> None:
    """Write which users of the two platforms are known to be one unit."""
    facts = crosswalk(district)
    _write_rows(path, tuple(facts[0]), [tuple(fact.values()) for fact in facts])


def _write_rows(path: Path, header: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
