"""The quality gate: decides whether a landed batch is accepted and which of its rows are not.

Everything is decided in one transaction that sets the batch's status last, so a gate that is
killed leaves a landed batch behind and is simply repeated.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from huiyan.errors import FeedError, NotFoundError, WarehouseError
from huiyan.feeds.contract import FeedContract, load_contract
from huiyan.quality import suites
from huiyan.quality.docs import page_of, publish
from huiyan.quality.quarantine import Counts, put_aside, supersede
from huiyan.quality.validation import Validation, validate
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import engine

logger = logging.getLogger(__name__)

# What a person may confirm as lawful when a stopped day is decided again.
Cause = Literal["shrink", "quarantine_share"]


@dataclass(frozen=True)
class GateResult:
    """What became of a batch.

    Attributes:
        status: accepted, or stopped: nothing of it comes into force.
        rows: rows landed.
        quarantined: rows put aside with reasons.
        duplicates: rows that repeat another one of the batch.
        message: one line for people; says what to do if stopped.
    """

    status: Literal["accepted", "stopped"]
    rows: int
    quarantined: int
    duplicates: int
    message: str


@dataclass(frozen=True)
class _Batch:
    batch_id: int
    feed: str
    business_date: date
    version: int
    status: str
    error: str | None


def _lock(connection: Connection, batch_id: int) -> _Batch:
    found = connection.execute(
        text(
            "select batch_id, feed, business_date, version, status, error "
            "from ops.batch where batch_id = :batch_id for no key update"
        ),
        {"batch_id": batch_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no batch {batch_id}; `huiyan status` lists the batches.")
    return _Batch(**row)


def _recorded(connection: Connection, batch: _Batch) -> GateResult:
    """The decision as it was recorded; a batch stopped at landing has no row counts."""
    found = connection.execute(
        text(
            "select in_landing as landed, quarantined, duplicates from ops.row_count "
            "where batch_id = :batch_id"
        ),
        {"batch_id": batch.batch_id},
    )
    row = found.mappings().one_or_none() or {"landed": 0, "quarantined": 0, "duplicates": 0}
    status: Literal["accepted", "stopped"] = "accepted" if batch.status == "accepted" else "stopped"
    message = batch.error or _accepted_message(batch, **row)
    return GateResult(status, row["landed"], row["quarantined"], row["duplicates"], message)


def _accepted_message(batch: _Batch, landed: int, quarantined: int, duplicates: int) -> str:
    return (
        f"{batch.feed} {batch.business_date} version {batch.version}: {landed:,} rows accepted, "
        f"{quarantined:,} of them in quarantine, {duplicates:,} identical duplicates."
    )


def _landed_rows(connection: Connection, batch: _Batch) -> int:
    """Rows of the batch in landing.

    Raises:
        WarehouseError: they are not as many as the files held.
    """
    parameters = {"batch_id": batch.batch_id}
    in_files = _number(
        connection,
        "select coalesce(sum(row_count), 0) from ops.batch_file where batch_id = :batch_id",
        parameters,
    )
    in_landing = _number(
        connection,
        f"select count(*) from landing.{batch.feed} where batch_id = :batch_id",  # noqa: S608
        parameters,
    )
    if in_files != in_landing:
        raise WarehouseError(
            f"Batch {batch.batch_id} ({batch.feed} {batch.business_date}): its files hold "
            f"{in_files:,} rows, landing holds {in_landing:,}. Rows were lost or doubled while "
            "loading; nothing was decided. Collect the day again and report this."
        )
    return in_landing


def _number(connection: Connection, statement: str, parameters: dict[str, Any]) -> int:
    return int(connection.execute(text(statement), parameters).scalar() or 0)


def _rows_before(connection: Connection, batch: _Batch) -> int:
    """Rows of the snapshot this one follows; of a first snapshot, of the version it replaces."""
    return _number(
        connection,
        "select row_count from ops.batch where feed = :feed and status = 'accepted' "
        "and (business_date < :business_date "
        "or (business_date = :business_date and version < :version)) "
        "order by business_date = :business_date, business_date desc, version desc limit 1",
        {"feed": batch.feed, "business_date": batch.business_date, "version": batch.version},
    )


def _a_year_after(day: date) -> str:
    try:
        return day.replace(year=day.year + 1).isoformat()
    except ValueError:
        return date(day.year + 1, 3, 1).isoformat()


def _circuit_is_broken(contract: FeedContract, counts: Counts) -> bool:
    return counts.quarantined > Decimal(str(contract.max_quarantine_share)) * counts.landed


def _stop_message(
    contract: FeedContract,
    batch: _Batch,
    counts: Counts,
    validation: Validation,
    confirmed: frozenset[Cause],
) -> str | None:
    """Why the feed's day is stopped and what to do; None if it is not."""
    causes = []
    for outcome in validation.failed("critical"):
        if "shrink" in confirmed and outcome.reason == suites.SHRUNK:
            continue
        found = outcome.result.get("observed_value")
        where = f"{outcome.column}: " if outcome.column else ""
        causes.append(f"{where}{outcome.reason}" + (f" (found {found:,})" if found else ""))
    if _circuit_is_broken(contract, counts) and "quarantine_share" not in confirmed:
        worst = sorted(validation.failed("row"), key=lambda o: -o.unexpected)[:3]
        reasons = [f"{outcome.reason} ({outcome.unexpected:,})" for outcome in worst]
        if counts.conflicting:
            reasons.append(f"{suites.CONFLICTING_DUPLICATE} ({counts.conflicting:,})")
        causes.append(
            f"{counts.quarantined:,} of {counts.landed:,} rows are bad, more than the "
            f"{contract.max_quarantine_share:.0%} allowed; most often {', '.join(reasons)}"
        )
    if not causes:
        return None
    return (
        f"{contract.label} ({batch.feed}) for {batch.business_date}, version {batch.version}, is "
        f"stopped: {'; '.join(causes)}. Nothing of it counts. Have the sender correct it and "
        f"re-send the day; every bad row with its reasons is in quarantine.{batch.feed}, "
        f"batch {batch.batch_id}. If it is right as it is, or the mistake was ours, "
        f"`huiyan feeds recheck {batch.feed} {batch.business_date}` decides it again."
    )


def _with_repeated_keys(validation: Validation, counts: Counts) -> Validation:
    """The validation with what the quarantine found out about keys that came more than once."""
    return replace(
        validation,
        outcomes=[
            replace(outcome, success=counts.repeated == 0, unexpected=counts.repeated)
            if outcome.column == suites.NATURAL_KEY
            else outcome
            for outcome in validation.outcomes
        ],
    )


def _record_checks(
    connection: Connection, contract: FeedContract, counts: Counts, validation: Validation
) -> None:
    results = [
        {
            "expectation": outcome.configuration["type"],
            "column_name": outcome.column,
            "severity": outcome.severity,
            "success": outcome.success,
            "evaluated": outcome.evaluated,
            "unexpected": outcome.unexpected,
            "detail": {
                "position": position,
                "reason": outcome.reason,
                "kwargs": outcome.configuration["kwargs"],
                "result": outcome.result,
            },
        }
        for position, outcome in enumerate(validation.outcomes)
    ]
    results.append(
        {
            "expectation": suites.CONFLICTING_DUPLICATE,
            "column_name": suites.NATURAL_KEY,
            "severity": "row",
            "success": counts.conflicting == 0,
            "evaluated": counts.landed,
            "unexpected": counts.conflicting,
            "detail": {
                "reason": suites.CONFLICTING_DUPLICATE,
                "identical_duplicates": counts.duplicates,
            },
        }
    )
    results.append(
        {
            "expectation": suites.CIRCUIT_BREAKER,
            "column_name": "",
            "severity": "critical",
            "success": not _circuit_is_broken(contract, counts),
            "evaluated": counts.landed,
            "unexpected": counts.quarantined,
            "detail": {
                "reason": f"over {contract.max_quarantine_share:.0%} of the rows in quarantine"
            },
        }
    )
    connection.execute(
        text("delete from ops.check_result where batch_id = :batch_id"),
        {"batch_id": validation.batch_id},
    )
    connection.execute(
        text(
            "insert into ops.check_result (batch_id, suite, expectation, column_name, severity, "
            "success, evaluated, unexpected, detail) values (:batch_id, :suite, :expectation, "
            ":column_name, :severity, :success, :evaluated, :unexpected, cast(:detail as jsonb))"
        ),
        [
            {
                **result,
                "detail": json.dumps(result["detail"], ensure_ascii=False),
                "batch_id": validation.batch_id,
                "suite": contract.name,
            }
            for result in results
        ],
    )


def _record_rows(connection: Connection, batch_id: int, counts: Counts) -> None:
    connection.execute(
        text(
            "insert into ops.row_count "
            "(batch_id, in_files, in_landing, good, duplicates, quarantined) "
            "values (:batch_id, :landed, :landed, :good, :duplicates, :quarantined) "
            "on conflict (batch_id) do update set in_files = excluded.in_files, "
            "in_landing = excluded.in_landing, good = excluded.good, "
            "duplicates = excluded.duplicates, quarantined = excluded.quarantined"
        ),
        {
            "batch_id": batch_id,
            "landed": counts.landed,
            "good": counts.good,
            "duplicates": counts.duplicates,
            "quarantined": counts.quarantined,
        },
    )


def _decide(
    connection: Connection,
    batch: _Batch,
    settings: Settings,
    confirmed: frozenset[Cause] = frozenset(),
) -> GateResult:
    contract = load_contract(batch.feed)
    landed = _landed_rows(connection, batch)
    validation = validate(
        contract,
        batch.batch_id,
        rows=landed,
        parameters={
            suites.FEWEST_ROWS: fewest_rows(_rows_before(connection, batch)),
            suites.NEXT_YEAR: _a_year_after(batch.business_date),
        },
        settings=settings,
    )
    counts = put_aside(
        connection,
        contract,
        batch.batch_id,
        landed=landed,
        failed=validation.failed("row"),
        # Whether answers to one alert agree is known only where they are judged.
        may_repeat_keys=not contract.is_form
        and any(outcome.column == suites.NATURAL_KEY for outcome in validation.failed("warning")),
    )
    validation = _with_repeated_keys(validation, counts)
    _record_checks(connection, contract, counts, validation)
    _record_rows(connection, batch.batch_id, counts)
    error = _stop_message(contract, batch, counts, validation, confirmed)
    status: Literal["accepted", "stopped"] = "stopped" if error else "accepted"
    connection.execute(
        text(
            "update ops.batch set status = :status, error = :error, "
            "decided_at = clock_timestamp() where batch_id = :batch_id"
        ),
        {"status": status, "error": error, "batch_id": batch.batch_id},
    )
    supersede(connection, contract, batch.batch_id)
    message = error or _accepted_message(
        batch, counts.landed, counts.quarantined, counts.duplicates
    )
    return GateResult(status, counts.landed, counts.quarantined, counts.duplicates, message)


def fewest_rows(rows_before: int) -> int:
    """Rows a snapshot must at least have after one of `rows_before` rows."""
    return -(-rows_before * (100 - suites.SHRINK_PERCENT) // 100)


@contextmanager
def _or_nothing(batch_id: int) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise WarehouseError(
            f"The warehouse failed while batch {batch_id} was checked "
            f"({str(error.orig).strip()}). Nothing was decided; repeat when it is well."
        ) from error


def decide_again(
    connection: Connection, batch_id: int, confirmed: frozenset[Cause], settings: Settings
) -> GateResult:
    """Decide a landed or stopped batch in the caller's transaction, whatever was decided before.

    Args:
        confirmed: causes that do not stop it.

    Raises:
        FeedError: the batch is accepted.
        WarehouseError: a check could not run; nothing was decided.
    """
    with _or_nothing(batch_id):
        batch = _lock(connection, batch_id)
        if batch.status == "accepted":
            raise FeedError(f"Batch {batch_id} is accepted; it is not decided again.")
        return _decide(connection, batch, settings, confirmed)


def check(batch_id: int, settings: Settings | None = None) -> GateResult:
    """Decide a landed batch: run its suite, put bad rows aside, accept it or stop its day.

    A batch already decided gives the recorded result again.

    Raises:
        NotFoundError: there is no such batch.
        ContractError: the feed's suite is missing or out of date.
        WarehouseError: a check could not run or rows were lost; the batch stays landed.
    """
    settings = settings or get_settings()
    with _or_nothing(batch_id), engine(settings).begin() as connection:
        connection.execute(text("set local role huiyan_load"))
        batch = _lock(connection, batch_id)
        if batch.status == "landed":
            result = _decide(connection, batch, settings)
        else:
            result = _recorded(connection, batch)
    if batch.status == "landed" or not page_of(batch_id, settings).exists():
        publish(batch_id, settings)
    logger.info(result.message)
    return result
