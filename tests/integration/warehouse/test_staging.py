"""Interval tables: whatever arrives in whatever order, they hold what the feed contract says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.dbt import dbt
from landed import accept

FIRST = date(2025, 9, 1)
DAILY = ("treasury_payments", "stg_treasury__payment")
SNAPSHOT = ("leases", "stg_finance__lease")
KEYS = "abcd"
# What a batch says of a key: a value, or that its row went to quarantine.
BAD = "bad"


@dataclass(frozen=True)
class Batch:
    """One version of a feed's business date, for both kinds of feed alike."""

    day: date
    rows: dict[str, str]


batches = st.lists(
    st.builds(
        Batch,
        day=st.integers(0, 3).map(lambda days: FIRST + timedelta(days=days)),
        rows=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["1", "2", BAD])),
    ),
    min_size=1,
    max_size=7,
)
cuts = st.sets(st.integers(0, 6), max_size=1)
Interval = tuple[str, date, date | None, str]


def within_day(versions: Sequence[dict[str, str]], key: str) -> str | None:
    """What a day says of a key: its value, BAD if it only has bad rows, None if it has none."""
    seen_bad = False
    for rows in reversed(versions):
        if key not in rows:
            return BAD if seen_bad and rows is versions[-1] else None
        if rows[key] != BAD:
            return rows[key]
        seen_bad = True
    return BAD


def expected(delivered: Sequence[Batch], *, snapshot: bool) -> set[Interval]:
    """Intervals by the definition, one key at a time."""
    days: dict[date, list[dict[str, str]]] = {}
    for batch in delivered:
        days.setdefault(batch.day, []).append(batch.rows)
    intervals: set[Interval] = set()
    for key in KEYS:
        open_since: tuple[date, str] | None = None
        for day in sorted(days):
            said = within_day(days[day], key)
            is_bad = days[day][-1].get(key) == BAD and said in (None, BAD)
            ends = said not in (None, BAD) or (snapshot and not is_bad)
            if ends and open_since is not None:
                intervals.add((key, open_since[0], day, open_since[1]))
                open_since = None
            if said not in (None, BAD):
                open_since = (day, str(said))
        if open_since is not None:
            intervals.add((key, open_since[0], None, open_since[1]))
    return intervals


def quarantine(settings: Settings, feed: str, batch_id: int, lines: Iterable[int]) -> None:
    """Put the rows on `lines` of the batch's first file into quarantine, keys included."""
    with connect(settings, role="huiyan_load") as connection:
        connection.execute(
            sql.SQL(
                "insert into quarantine.{} (batch_id, file_no, file_name, line_no, reasons,"
                " natural_key, row)"
                " select batch_id, file_no, 'test', line_no, '{{test}}', natural_key, '{{}}'"
                " from landing.{} where batch_id = %s and line_no = any(%s)"
            ).format(sql.Identifier(feed), sql.Identifier(f"{feed}_typed")),
            (batch_id, list(lines)),
        )


def deliver(warehouse: Settings, batch: Batch) -> None:
    """Accept the batch for both feeds."""
    good = {key: "1" if value == BAD else value for key, value in batch.rows.items()}
    bad = [line for line, value in enumerate(batch.rows.values(), start=2) if value == BAD]
    payments = [
        {"voucher_no": key, "pay_amt": value, "status": "paid"} for key, value in good.items()
    ]
    leases = [{"lease_no": key, "annual_rent": value} for key, value in good.items()]
    for feed, rows in (("treasury_payments", payments), ("leases", leases)):
        batch_id = accept(warehouse, feed, batch.day, rows)
        quarantine(warehouse, feed, batch_id, bad)


def merge(warehouse: Settings, *options: str) -> None:
    """Run the two staging models."""
    dbt("run", "--select", DAILY[1], SNAPSHOT[1], *options, settings=warehouse, business_date=FIRST)


def held(warehouse: Settings, model: str, value: str) -> set[Interval]:
    """Intervals the model holds; every row once."""
    with connect(warehouse) as connection:
        rows = connection.execute(
            f"select natural_key, valid_from, valid_to, {value}::int::text from staging.{model}"
        ).fetchall()
    assert len(rows) == len(set(rows))
    return {(row[0], row[1], row[2], row[3]) for row in rows}


def forget(warehouse: Settings) -> None:
    """Empty the warehouse between examples, keeping its tables and what dbt knows of them."""
    with connect(warehouse, autocommit=True) as connection:
        connection.execute(
            "truncate ops.batch, landing.treasury_payments, landing.leases,"
            " quarantine.treasury_payments, quarantine.leases cascade"
        )
        for table in ("merged_batch", DAILY[1], SNAPSHOT[1]):
            connection.execute(f"truncate staging.{table}")


@pytest.mark.slow
def test_merged_in_any_order_equals_the_definition_and_a_full_refresh(
    warehouse: Settings,
) -> None:
    """Random batches, merged now and then, against the definition; then rebuilt from landing."""
    merge(warehouse)

    @settings(
        max_examples=5,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )
    @given(delivered=batches, merged_after=cuts)
    def check(delivered: list[Batch], merged_after: set[int]) -> None:
        forget(warehouse)
        for position, batch in enumerate(delivered):
            deliver(warehouse, batch)
            if position in merged_after:
                merge(warehouse)
        merge(warehouse)
        daily = held(warehouse, DAILY[1], "pay_amt")
        snapshot = held(warehouse, SNAPSHOT[1], "annual_rent")
        assert daily == expected(delivered, snapshot=False)
        assert snapshot == expected(delivered, snapshot=True)
        merge(warehouse, "--full-refresh")
        assert held(warehouse, DAILY[1], "pay_amt") == daily
        assert held(warehouse, SNAPSHOT[1], "annual_rent") == snapshot

    check()


def test_first_of_identical_lines_is_the_good_row(warehouse: Settings) -> None:
    """Two lines that are the same once typed count once, by the first of them."""
    rows = [{"voucher_no": "a", "pay_amt": amount} for amount in ("1,000.00", "1000")]
    accept(warehouse, "treasury_payments", FIRST, rows)
    merge(warehouse)
    with connect(warehouse) as connection:
        found = connection.execute(
            "select line_no, pay_amt::text from staging.stg_treasury__payment"
        ).fetchall()
    assert found == [(2, "1000.00")]


def test_a_failed_merge_is_made_up_for(warehouse: Settings) -> None:
    """A batch that is noted but not merged (the transaction was lost) is merged the next time."""
    merge(warehouse)
    deliver(warehouse, Batch(FIRST, {"a": "1"}))
    with connect(warehouse, role="huiyan_build", autocommit=True) as connection:
        connection.execute("alter table staging.stg_finance__lease add constraint no check (false)")
    with pytest.raises(Exception, match="stg_finance__lease"):
        merge(warehouse)
    with connect(warehouse, role="huiyan_build", autocommit=True) as connection:
        connection.execute("alter table staging.stg_finance__lease drop constraint no")
    merge(warehouse)
    assert held(warehouse, SNAPSHOT[1], "annual_rent") == {("a", FIRST, None, "1")}


def test_a_day_is_merged_without_reading_what_came_before(warehouse: Settings) -> None:
    """All but the day came as one batch: nothing tells the planner that a batch is little."""
    year = [{"voucher_no": f"p{number}", "pay_amt": "1"} for number in range(2_000)]
    accept(warehouse, "treasury_payments", FIRST, year)
    merge(warehouse)
    tables = ["landing.treasury_payments", f"staging.{DAILY[1]}"]
    with connect(warehouse, autocommit=True) as connection:

        def read_in_sequence() -> int:
            row = connection.execute(
                "select sum(seq_tup_read)::bigint from pg_stat_user_tables"
                " where schemaname || '.' || relname = any(%s)",
                (tables,),
            ).fetchone()
            assert row is not None
            return int(row[0])

        for table in tables:
            connection.execute(f"analyze {table}")
        deliver(warehouse, Batch(FIRST + timedelta(days=1), {"p1": "2", "new": "1"}))
        before = read_in_sequence()
        merge(warehouse)
        assert read_in_sequence() == before
    assert len(held(warehouse, DAILY[1], "pay_amt")) == 2_002


def test_statistics_are_gathered_once_for_what_they_know(warehouse: Settings) -> None:
    """Of a year and one more day, the year's are; of as much again, all."""

    def gathered() -> int:
        with connect(warehouse, autocommit=True) as connection:
            row = connection.execute(
                "select analyze_count from pg_stat_user_tables"
                " where schemaname = 'staging' and relname = %s",
                (DAILY[1],),
            ).fetchone()
        assert row is not None
        return int(row[0])

    rows = [{"voucher_no": f"p{number}", "pay_amt": "1"} for number in range(100)]
    accept(warehouse, "treasury_payments", FIRST, rows)
    merge(warehouse)
    assert gathered() == 1
    for day, sent, times in ((1, rows[:2], 1), (2, rows[:2], 1), (3, rows[:2], 2), (4, rows, 3)):
        accept(warehouse, "treasury_payments", FIRST + timedelta(days=day), sent)
        merge(warehouse)
        assert gathered() == times


def test_a_merge_does_not_wait_for_a_vacuum(warehouse: Settings) -> None:
    """What a vacuum locks stands in the way of new indexes and statistics; a day needs neither."""
    year = [{"voucher_no": f"p{number}", "pay_amt": "1"} for number in range(100)]
    accept(warehouse, "treasury_payments", FIRST, year)
    merge(warehouse)
    accept(warehouse, "treasury_payments", FIRST + timedelta(days=1), year[:1])
    with connect(warehouse, autocommit=True) as connection:
        connection.execute(
            sql.SQL("alter database {} set lock_timeout = '5s'").format(
                sql.Identifier(connection.info.dbname)
            )
        )
    with connect(warehouse) as connection:
        connection.execute(f"lock table staging.{DAILY[1]} in share update exclusive mode")
        merge(warehouse)
    assert len(held(warehouse, DAILY[1], "pay_amt")) == 101
