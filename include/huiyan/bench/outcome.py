"""What one run of the benchmark measured."""

from dataclasses import dataclass, field
from datetime import date

from huiyan.bench.compare import Comparison
from huiyan.bench.copying import Copied
from huiyan.bench.duck import Exported
from huiyan.bench.layers import NodeRun
from huiyan.bench.machine import Machine
from huiyan.feeds.contract import load_contract


@dataclass(frozen=True)
class Landed:
    """One delivery through collect and the quality gate.

    Attributes:
        collect_cpu_seconds: processor time of collecting, the server's included, None if not
            known.
        memory_bytes: growth of the process at its peak while collecting, None if not known.
    """

    feed: str
    business_date: date
    rows: int
    bytes: int
    quarantined: int
    collect_seconds: float
    gate_seconds: float
    collect_cpu_seconds: float | None
    memory_bytes: int | None

    @property
    def is_daily(self) -> bool:
        """Whether the feed is a daily one, not a snapshot."""
        return load_contract(self.feed).kind == "daily"


@dataclass(frozen=True)
class Evaluated:
    """One business date through dbt: wall time as a caller sees it, and dbt's own record."""

    business_date: date
    seconds: float
    runs: list[NodeRun]


@dataclass(frozen=True)
class ByHand:
    """The same twenty rules on DuckDB: written by hand, and our SQL as a backtest runs it.

    Attributes:
        seconds: the queries by hand. our_seconds: our SQL, its intermediate models included.
        hits: subjects both found, by rule. different: rules in which they found others.
    """

    seconds: float
    our_seconds: float
    hits: dict[str, int]
    different: list[str]


@dataclass(frozen=True)
class Duck:
    """The layers above staging on DuckDB on the last business date, and whether it found the same.

    Attributes:
        postgresql_seconds, duckdb_seconds: what each rule took by itself, by its id.
    """

    exported: Exported
    runs: list[NodeRun]
    comparison: Comparison
    postgresql_seconds: dict[str, float]
    duckdb_seconds: dict[str, float]
    by_hand: ByHand


@dataclass(frozen=True)
class Plain:
    """The plain pandas script over all files, on the last business date.

    Attributes:
        hits: subjects it found, by rule. different: rules of which the warehouse found others.
    """

    seconds: float
    memory_bytes: int | None
    hits: dict[str, int]
    different: list[str]


@dataclass(frozen=True)
class Aged:
    """Single days after some months of history, in a district of its own.

    Attributes:
        rows: of the daily feeds, landed before those days. day_rows: landed on them.
        evaluated: the days through dbt.
    """

    months: int
    rows: int
    day_rows: int
    evaluated: list[Evaluated]


def settled(evaluated: list[Evaluated]) -> list[Evaluated]:
    """The single days but for the first one after the load.

    That one finds little of a year in memory, as no other day does.
    """
    return evaluated[2:]


@dataclass
class Outcome:
    """Everything one run measured: the first business date is the year, single days follow it.

    Attributes:
        arrived: seconds in which a date's deliveries were landed and checked, by date.
        made_seconds: making the files, None where they were reused.
        aged: the same days after a short and after a long history, both of `aged_scale` of a
            district; empty where that was not measured.
    """

    machine: Machine
    scale: float
    accounts: int
    made_seconds: float | None
    copied: list[Copied] = field(default_factory=list)
    landed: list[Landed] = field(default_factory=list)
    arrived: dict[date, float] = field(default_factory=dict)
    evaluated: list[Evaluated] = field(default_factory=list)
    duck: Duck | None = None
    plain: Plain | None = None
    aged: list[Aged] = field(default_factory=list)
    aged_scale: float = 0.0

    @property
    def single_days(self) -> list[Evaluated]:
        """The days that are measured after the year."""
        return settled(self.evaluated)

    @property
    def days(self) -> list[date]:
        """The business dates, in order."""
        return [each.business_date for each in self.evaluated]

    def landed_on(self, day: date, kind: str | None = None) -> list[Landed]:
        """Deliveries of one date, all or those of daily feeds or of snapshots."""
        return [
            each
            for each in self.landed
            if each.business_date == day and kind in (None, load_contract(each.feed).kind)
        ]
