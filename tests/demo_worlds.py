"""A generated district in memory, with the rows in force on its last business date."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import demo_oracle_bookings
import demo_oracle_cards
import demo_oracle_coffers
import demo_oracle_expenses
import demo_oracle_invoices
import demo_oracle_patterns
import demo_oracle_payments
import demo_oracle_receptions
import demo_oracle_statistics
import demo_oracle_vouchers
from demo_oracle import Hits, Oracle, Record, records
from huiyan.demo.days import iso
from huiyan.demo.district import Options
from huiyan.demo.generate import World, generate
from huiyan.demo.make import CHANGED_LATER, DAILY, REFERENCE
from huiyan.demo.reference import crosswalk, snapshot, unit_pairs
from huiyan.feeds.contract import load_contract

# Each judges one more family of rules on what the oracle knows.
FAMILIES: tuple[Callable[[Oracle], Hits], ...] = (
    demo_oracle_payments.judge,
    demo_oracle_bookings.judge,
    demo_oracle_vouchers.judge,
    demo_oracle_invoices.judge,
    demo_oracle_receptions.judge,
    demo_oracle_cards.judge,
    demo_oracle_expenses.judge,
    demo_oracle_coffers.judge,
    demo_oracle_statistics.judge,
)


class Memory:
    """A sink that keeps rows by business date and natural key, the later date winning."""

    def __init__(self, business_days: list[int]) -> None:
        self._days = business_days
        self._rows: dict[str, dict[tuple[Any, ...], dict[int, tuple[Any, ...]]]] = {}
        self._keys: dict[str, list[int]] = {}

    def put(self, feed: str, day: int, row: tuple[Any, ...]) -> None:
        place = bisect_left(self._days, day)
        if place == len(self._days):
            return
        if feed not in self._keys:
            columns = load_contract(feed).columns
            self._keys[feed] = [n for n, column in enumerate(columns) if column.key]
        key = tuple(row[n] for n in self._keys[feed])
        versions = self._rows.setdefault(feed, {}).setdefault(key, {})
        business_day = self._days[place]
        assert business_day not in versions, f"{feed} {key} twice in one delivery"
        versions[business_day] = row

    def spoil(self, *_: object) -> None:
        """Spoilt rows never get into force."""

    def repeat(self, *_: object) -> None:
        """Repeated rows change nothing."""

    def in_force(self, feed: str, day: int) -> list[Record]:
        rows = []
        for versions in self._rows.get(feed, {}).values():
            known = [each for each in versions if each <= day]
            if known:
                rows.append(versions[max(known)])
        return records(feed, rows)


def _judged(oracle: Oracle, families: Sequence[Callable[[Oracle], Hits]]) -> Hits:
    hits = oracle.judge()
    for family in families:
        hits |= family(oracle)
    return hits


@dataclass(frozen=True, eq=False)
class Lived:
    """A generated district and everything that was delivered."""

    options: Options
    world: World
    memory: Memory

    def judge(
        self,
        day: int,
        oracle: type[Oracle] = Oracle,
        families: Sequence[Callable[[Oracle], Hits]] = FAMILIES,
    ) -> Hits:
        """What the oracle, or a careless one, finds on a business date (ordinal)."""
        if oracle is Oracle and families is FAMILIES:
            return self._found(day)[0]
        return _judged(self.oracle(day, oracle), families)

    def judge_by(
        self,
        families: Sequence[Callable[[Oracle], Hits]],
        day: int,
        oracle: type[Oracle] = Oracle,
    ) -> Hits:
        """What it finds of the rules of some families only."""
        judge = self.oracle(day, oracle)
        return {rule: found for family in families for rule, found in family(judge).items()}

    @cache  # noqa: B019
    def history(self, *evaluated: int) -> demo_oracle_patterns.History:
        """What the rules that read records found on the dates (ordinals), which are evaluated."""
        history = demo_oracle_patterns.History()
        for day in evaluated:
            history.add(iso(day), self._found(day)[1])
        return history

    @cache  # noqa: B019
    def _found(self, day: int) -> tuple[Hits, dict[tuple[str, str], tuple[str, str]]]:
        """What the careful oracle finds, and the unit that each hit concerns."""
        oracle = self.oracle(day)
        hits = _judged(oracle, FAMILIES)
        concerned = demo_oracle_patterns.Concerned(oracle)
        keys = [(rule, subject) for rule, found in hits.items() for subject in found]
        return hits, {key: concerned.codes(*key) for key in keys}

    def judge_patterns(self, *evaluated: int) -> Hits:
        """What the rules that read other rules' hits find on the last of the evaluated dates."""
        return demo_oracle_patterns.judge(self.oracle(evaluated[-1]), self.history(*evaluated))

    def populations(self, *evaluated: int) -> dict[str, int]:
        """How many subjects the rules look at whose hits are not all planted."""
        oracle = self.oracle(evaluated[-1])
        return demo_oracle_statistics.populations(oracle) | demo_oracle_patterns.populations(oracle)

    def oracle(self, day: int, oracle: type[Oracle] = Oracle) -> Oracle:
        """The oracle, or a careless one, with all that is known on a business date."""
        feeds, finance_users, *others = self._known(day)
        # Rows are copied: a careless oracle changes what it likes.
        return oracle(
            iso(day),
            {feed: [dict(row) for row in rows] for feed, rows in feeds.items()},
            [dict(row) for row in finance_users],
            *(each.copy() for each in others),
        )

    @cache  # noqa: B019
    def _known(self, day: int) -> tuple[Any, ...]:
        district = self.world.district
        later = self.options.later_snapshot_day
        is_later = 0 < later <= day
        feeds = {
            feed: records(
                feed, snapshot(district, feed, is_later=is_later and feed in CHANGED_LATER)
            )
            for feed in REFERENCE
        }
        for feed in DAILY:
            feeds[feed] = self.memory.in_force(feed, day)
        accounts = records("accounts", snapshot(district, "accounts", is_later=False))
        return (
            feeds,
            records("finance_users", snapshot(district, "finance_users", is_later=False)),
            {each["account_no"] for each in accounts},
            set(unit_pairs(district)),
            {unit.treasury_code for unit in district.only("twin")},
            {
                row["treasury_agency_code"]: row["books_kept_by_finance_agency_code"]
                for row in crosswalk(district)
            },
        )


@cache
def lived(options: Options) -> Lived:
    """Generate a district in memory."""
    memory = Memory(options.business_days)
    return Lived(options, generate(options, memory), memory)
