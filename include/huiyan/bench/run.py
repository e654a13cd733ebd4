"""The benchmark's steps, timed in one run."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from huiyan.bench import (
    compare,
    compiled,
    copying,
    district,
    duck,
    layers,
    machine,
    plain_duckdb,
    plain_pandas,
    rule_times,
)
from huiyan.bench.clock import timed
from huiyan.bench.outcome import Aged, ByHand, Duck, Evaluated, Landed, Outcome, Plain, settled
from huiyan.demo.truth import delivered_subject
from huiyan.errors import WarehouseError
from huiyan.feeds.collect import collect
from huiyan.feeds.contract import load_contract
from huiyan.quality.gate import check
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import embedded
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate
from huiyan.warehouse.migrate import migrate

# Three years of a whole district would take longer than all else: a part tells the ratio too.
AGED_PART = 0.15
HISTORIES = (12, 36)
FEEDS_AT_A_TIME = 2  # on single days, in processes of their own, as the scheduler's tasks are


def _ignore(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Narrator:
    """Told of every step when it begins (its name) and when it ends (what it did)."""

    begin: Callable[[str], None] = _ignore
    end: Callable[[str], None] = _ignore


def bench_settings(home: Path, landing: Path) -> Settings:
    """Settings of a warehouse of its own below `home`, whose landing zone is `landing`."""
    return get_settings().model_copy(
        update={
            "home": home,
            "landing_dir": landing,
            "outbox_dir": None,
            "warehouse_url": None,
            "feeds_csv": None,
        }
    )


def _postmaster(settings: Settings) -> int:
    """Process id of the embedded server."""
    lines = (embedded.data_directory(settings) / "postmaster.pid").read_text().splitlines()
    return int(lines[0])


def _land(delivery: district.Delivery, settings: Settings) -> Landed:
    with timed(_postmaster(settings)) as collecting:
        landed = collect(delivery.feed, delivery.business_date, settings)
    if landed.status != "landed" or landed.batch_id is None:
        raise WarehouseError(
            f"{delivery.feed} {delivery.business_date} did not land: {landed.message or landed}"
        )
    with timed() as checking:
        gate = check(landed.batch_id, settings)
    if gate.status != "accepted":
        raise WarehouseError(
            f"{delivery.feed} {delivery.business_date} was stopped: {gate.message}"
        )
    return Landed(
        feed=delivery.feed,
        business_date=delivery.business_date,
        rows=landed.rows,
        bytes=delivery.bytes,
        quarantined=gate.quarantined,
        collect_seconds=collecting.seconds,
        gate_seconds=checking.seconds,
        collect_cpu_seconds=collecting.cpu_seconds,
        memory_bytes=collecting.memory_bytes,
    )


def _evaluate(day: date, settings: Settings) -> Evaluated:
    with layers.recorded() as runs, timed() as timing:
        evaluate(day, settings)
    return Evaluated(day, timing.seconds, runs)


def _on_duckdb(day: date, settings: Settings, narrator: Narrator) -> Duck:
    database = settings.home_dir / "duckdb" / "huiyan.duckdb"
    with connect(settings) as connection:
        narrator.begin("writing staging as Parquet")
        exported = duck.export(connection, database)
        connection.rollback()
        narrator.end(f"DuckDB: {exported.rows:,} rows as Parquet")
        narrator.begin("building the same models on DuckDB")
        runs = duck.build(database, day, settings)
        narrator.begin("comparing the hits")
        comparison = compare.compare(connection, database)
        narrator.begin("timing each rule on both")
        ours = rule_times.on_postgresql(connection, day)
        theirs = rule_times.on_duckdb(database, duck.THREADS)
        narrator.begin("queries written by hand for DuckDB")
        by_hand = _by_hand(database, day)
    narrator.end(
        f"DuckDB: built in {layers.span(runs):,.1f} s, "
        f"{len(comparison.differences):,} differences in {sum(comparison.hits.values()):,} hits"
    )
    narrator.end(
        f"DuckDB by hand: {len(by_hand.hits)} rules in {by_hand.seconds:,.1f} s, our SQL "
        f"{by_hand.our_seconds:,.1f} s, {len(by_hand.different)} of them found something else"
    )
    return Duck(exported, runs, comparison, ours, theirs, by_hand)


def _by_hand(database: Path, day: date) -> ByHand:
    with timed() as timing:
        theirs = plain_duckdb.judge(database.parent, day, duck.THREADS)
    manifest = database.parent / "target" / "manifest.json"
    session = compiled.Compiled(database, manifest, plain_pandas.RULES, duck.THREADS)
    with session, timed() as our_timing:
        ours = session.judge()
    return ByHand(
        timing.seconds,
        our_timing.seconds,
        {rule_id: len(subjects) for rule_id, subjects in ours.items()},
        sorted(rule_id for rule_id in ours if ours[rule_id] != theirs[rule_id]),
    )


def _in_plain_pandas(files: Path, day: date, settings: Settings, narrator: Narrator) -> Plain:
    narrator.begin("the plain pandas script")
    with timed() as timing:
        found = plain_pandas.judge(files, day)
    key = settings.card_key_bytes()
    theirs = {
        (rule_id, delivered_subject(rule_id, subject_id, key))
        for rule_id, subjects in found.items()
        for subject_id in subjects
    }
    with connect(settings) as connection:
        ours = set(
            connection.execute(
                "select rule_id, subject_id from marts.fct_rule_hit"
                " where is_open and rule_id = any(%s)",
                (list(plain_pandas.RULES),),
            ).fetchall()
        )
    different = sorted({rule_id for rule_id, _ in ours ^ theirs})
    narrator.end(
        f"plain pandas: {len(found)} rules in {timing.seconds:,.1f} s, "
        f"{len(different)} of them found something else"
    )
    hits = {rule_id: len(subjects) for rule_id, subjects in found.items()}
    return Plain(timing.seconds, timing.memory_bytes, hits, different)


def _copy_bare(
    deliveries: list[district.Delivery], settings: Settings, narrator: Narrator
) -> list[copying.Copied]:
    copied = []
    with connect(settings) as connection:
        for delivery in deliveries:
            if load_contract(delivery.feed).kind != "daily":
                continue
            narrator.begin(f"bare COPY of {delivery.feed}")
            done = copying.copy_feed(
                connection, delivery.feed, list(delivery.files), _postmaster(settings)
            )
            narrator.end(f"bare COPY: {done.feed} {done.rows:,} rows in {done.seconds:,.1f} s")
            copied.append(done)
    return copied


def _load_programs() -> None:
    """Load what a process loads once."""
    import_module("great_expectations.expectations")


def _one_by_one(deliveries: list[district.Delivery], settings: Settings) -> Iterator[Landed]:
    yield from (_land(delivery, settings) for delivery in deliveries)


@contextmanager
def _side_by_side() -> Iterator[Callable[..., Iterable[Landed]]]:
    """Lands deliveries FEEDS_AT_A_TIME, in processes that have loaded the programs."""
    with ProcessPoolExecutor(FEEDS_AT_A_TIME, mp_context=get_context("spawn")) as executor:
        for loaded in [executor.submit(_load_programs) for _ in range(FEEDS_AT_A_TIME)]:
            loaded.result()
        yield lambda deliveries, settings: executor.map(
            _land, deliveries, [settings] * len(deliveries)
        )


def _measure_day(
    day: date,
    deliveries: list[district.Delivery],
    settings: Settings,
    narrator: Narrator,
    land: Callable[..., Iterable[Landed]] = _one_by_one,
) -> tuple[list[Landed], float, Evaluated]:
    """Land and check a date's deliveries (and how long that took in all), and evaluate it."""
    # Between two dates lie hours, in which the server writes what one has changed.
    with connect(settings, autocommit=True) as connection:
        connection.execute("checkpoint")
    landed = []
    narrator.begin(f"{day}: landing {len(deliveries)} feeds")
    with timed() as arriving:
        for done in land(deliveries, settings):
            landed.append(done)
            narrator.end(
                f"{day} {done.feed}: {done.rows:,} rows landed in {done.collect_seconds:,.1f} s, "
                f"checked in {done.gate_seconds:,.1f} s"
            )
    narrator.begin(f"{day}: staging, intermediate, rules, marts")
    evaluated = _evaluate(day, settings)
    narrator.end(f"{day}: evaluated in {evaluated.seconds:,.1f} s")
    return landed, arriving.seconds, evaluated


@contextmanager
def _new_warehouse(home: Path, files: Path) -> Iterator[Settings]:
    """An empty warehouse whose landing zone is `files`; stopped and removed at the end."""
    settings = bench_settings(home / "warehouse", files)
    embedded.stop(settings)
    shutil.rmtree(settings.home_dir, ignore_errors=True)
    try:
        migrate(settings)
        yield settings
    finally:
        embedded.stop(settings)
        shutil.rmtree(settings.home_dir, ignore_errors=True)


def after_history(home: Path, *, scale: float, months: int, narrator: Narrator) -> Aged:
    """Evaluate single days after `months` of a district, in a new warehouse below `home`.

    Raises:
        WarehouseError: a delivery did not land or was stopped, or dbt failed.
    """
    files = home / f"district-{scale:g}-{months}"
    narrator.begin(f"making {months} months of a district")
    district.make(district.options(scale, months), files)
    evaluated: list[Evaluated] = []
    rows: dict[date, int] = {}
    with _new_warehouse(home, files) as settings:
        for day, deliveries in district.deliveries(files).items():
            landed, _, through_dbt = _measure_day(day, deliveries, settings, narrator)
            evaluated.append(through_dbt)
            rows[day] = sum(each.rows for each in landed if each.is_daily)
    days = settled(evaluated)
    day_rows = sum(rows[each.business_date] for each in days)
    return Aged(months, sum(rows.values()) - day_rows, day_rows, days)


def run(
    home: Path,
    *,
    scale: float = 1.0,
    months: int = district.MONTHS,
    fresh: bool = False,
    with_duckdb: bool = True,
    histories: Sequence[int] = (),
    narrator: Narrator | None = None,
) -> Outcome:
    """Run all steps in new warehouses below `home`, which are removed at the end.

    Args:
        home: folder of the benchmark; the districts' files stay in it.
        scale: part of a district-year. months: how many of its months are made.
        fresh: make the files anew even if they are there.
        histories: months of history after which single days are measured too, each in
            AGED_PART of the district.

    Raises:
        WarehouseError: a delivery did not land or was stopped, or dbt failed.
    """
    narrator = narrator or Narrator()
    load_before = machine.load_average()
    wanted = district.options(scale, months)
    files = home / f"district-{scale:g}-{months}"
    narrator.begin("making the district")
    with timed() as making:
        was_made = district.make(wanted, files, fresh=fresh)
    narrator.end(f"district: {'made' if was_made else 'found'} in {making.seconds:,.1f} s")
    by_date = district.deliveries(files)
    narrator.begin("loading the programs, making an empty warehouse")
    _load_programs()
    with _new_warehouse(home, files) as settings, _side_by_side() as land_side_by_side:
        with connect(settings) as connection:
            facts = machine.describe(connection, load_before)
        outcome = Outcome(facts, scale, wanted.accounts, making.seconds if was_made else None)
        first, *_, last = by_date
        outcome.copied = _copy_bare(by_date[first], settings, narrator)
        for day, deliveries in by_date.items():
            land = _one_by_one if day == first else land_side_by_side
            landed, seconds, evaluated = _measure_day(day, deliveries, settings, narrator, land)
            outcome.landed += landed
            outcome.arrived[day] = seconds
            outcome.evaluated.append(evaluated)
            # Rules that read hits find something only where a day has gone before.
            if day == last and with_duckdb:
                outcome.duck = _on_duckdb(day, settings, narrator)
        outcome.plain = _in_plain_pandas(files, last, settings, narrator)
    outcome.aged_scale = scale * AGED_PART
    outcome.aged = [
        after_history(home, scale=outcome.aged_scale, months=each, narrator=narrator)
        for each in histories
    ]
    return outcome
