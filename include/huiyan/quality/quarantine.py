"""Puts rows aside, set-based: no failing row passes through Python.

Reasons are `<column>: <what is wrong>`, the reader's own words for what it could not take apart
(`cell_count:3_instead_of_32`), or `conflicting_duplicate`.

A natural key delivered more than once in a batch counts once only if all its rows are readable
and identical once typed: the first line counts, the others are duplicates. If they differ, or if
some of them are bad and others not, nobody can tell which one the sender means: all of them go to
quarantine.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import ARRAY, array

from huiyan.feeds.contract import FeedContract
from huiyan.feeds.tables import CHECKED_BATCH, natural_key_expression
from huiyan.quality import suites
from huiyan.quality.validation import Outcome

READER_SEPARATOR = ";"


@dataclass(frozen=True)
class Counts:
    """Rows of a batch by what becomes of them.

    Attributes:
        landed: all of them.
        quarantined: put aside.
        duplicates: identical to an earlier row of the batch.
        repeated: of a natural key that came more than once.
        conflicting: those of them put aside because the rows of their key differ.
    """

    landed: int
    quarantined: int
    duplicates: int
    repeated: int
    conflicting: int

    @property
    def good(self) -> int:
        """Rows that can come into force."""
        return self.landed - self.quarantined - self.duplicates


def _collect_failing(connection: Connection, contract: FeedContract, failed: list[Outcome]) -> None:
    """Fill the temporary table `failing` with every bad row and all its reasons."""
    connection.execute(
        text(
            "create temporary table failing (file_no integer, line_no bigint, reasons text[], "
            "primary key (file_no, line_no)) on commit drop"
        )
    )
    conditions = [
        (outcome, outcome.condition) for outcome in failed if outcome.condition is not None
    ]
    if not conditions:
        return
    batch = sa.table(
        f"{contract.name}_checked",
        *(sa.column(name) for name in ("file_no", "line_no", suites.UNREADABLE)),
        schema="landing",
    )
    named: list[sa.ColumnElement[str]] = [
        sa.case((condition, sa.literal(outcome.reason)), else_=sa.null()).cast(sa.Text)
        for outcome, condition in conditions
        if outcome.column != suites.UNREADABLE
    ]
    reasons = sa.func.string_to_array(batch.c[suites.UNREADABLE], READER_SEPARATOR).op("||")(
        sa.func.array_remove(sa.cast(array(named), ARRAY(sa.Text)), sa.null())
    )
    failing = sa.table("failing", *map(sa.column, ("file_no", "line_no", "reasons")))
    connection.execute(
        failing.insert().from_select(
            ["file_no", "line_no", "reasons"],
            sa.select(batch.c.file_no, batch.c.line_no, reasons).where(
                sa.or_(*(condition for _, condition in conditions))
            ),
        )
    )


def _judge_repeated_keys(connection: Connection, contract: FeedContract, batch_id: int) -> None:
    """Fill the temporary table `repeated` with the rows whose key came more than once."""
    content = ", ".join(contract.stored_columns)
    connection.execute(
        text(
            "create temporary table repeated (file_no integer, line_no bigint, "
            "is_conflicting boolean, is_first boolean, is_failing boolean, "
            "primary key (file_no, line_no)) on commit drop"
        )
    )
    connection.execute(
        text(
            f"""
            insert into repeated
            with repeated_key as materialized (
                select natural_key
                from landing.{contract.name}_typed
                where batch_id = :batch_id and natural_key is not null
                group by natural_key
                having count(*) > 1
            ),
            delivered as (
                select
                    typed.natural_key,
                    typed.file_no,
                    typed.line_no,
                    failing.file_no is not null as is_failing,
                    row({content}) as content
                from repeated_key
                inner join landing.{contract.name}_typed as typed
                    on typed.batch_id = :batch_id
                    and typed.natural_key = repeated_key.natural_key
                left join failing
                    on typed.file_no = failing.file_no and typed.line_no = failing.line_no
            ),
            judged as (
                select
                    natural_key,
                    count(distinct content) > 1 or bool_or(is_failing) <> bool_and(is_failing)
                        as is_conflicting
                from delivered
                group by natural_key
            )
            select
                delivered.file_no,
                delivered.line_no,
                judged.is_conflicting,
                row_number() over (
                    partition by delivered.natural_key
                    order by delivered.file_no, delivered.line_no
                ) = 1 as is_first,
                delivered.is_failing
            from delivered
            inner join judged using (natural_key)
            """  # noqa: S608
        ),
        {"batch_id": batch_id},
    )


def _count(connection: Connection, statement: str) -> int:
    return int(connection.execute(text(statement)).scalar_one())


def put_aside(
    connection: Connection,
    contract: FeedContract,
    batch_id: int,
    *,
    landed: int,
    failed: list[Outcome],
    may_repeat_keys: bool,
) -> Counts:
    """Write the batch's quarantine anew and count its rows.

    Args:
        connection: in a transaction; temporary tables live until it ends.
        landed: rows of the batch in landing.
        failed: outcomes of row expectations that were not met.
        may_repeat_keys: false only if no natural key came more than once.
    """
    connection.execute(
        text("select set_config(:name, :value, true)"),
        {"name": CHECKED_BATCH, "value": str(batch_id)},
    )
    _collect_failing(connection, contract, failed)
    duplicates = repeated = conflicting = 0
    if may_repeat_keys:
        _judge_repeated_keys(connection, contract, batch_id)
        connection.execute(
            text(
                "insert into failing select file_no, line_no, array[:reason]::text[] "
                "from repeated where is_conflicting on conflict (file_no, line_no) do update "
                "set reasons = failing.reasons || excluded.reasons"
            ),
            {"reason": suites.CONFLICTING_DUPLICATE},
        )
        repeated = _count(connection, "select count(*) from repeated")
        conflicting = _count(connection, "select count(*) from repeated where is_conflicting")
        duplicates = _count(
            connection,
            "select count(*) from repeated "
            "where not is_conflicting and not is_failing and not is_first",
        )
    connection.execute(
        text(f"delete from quarantine.{contract.name} where batch_id = :batch_id"),  # noqa: S608
        {"batch_id": batch_id},
    )
    connection.execute(
        text(
            f"""
            insert into quarantine.{contract.name}
                (batch_id, file_no, file_name, line_no, reasons, natural_key, row)
            select
                :batch_id,
                landed.file_no,
                batch_file.file_name,
                landed.line_no,
                failing.reasons,
                landed.natural_key,
                landed.row
            from failing
            inner join (
                select
                    file_no,
                    line_no,
                    {natural_key_expression(contract)} as natural_key,
                    to_jsonb(whole) - array['batch_id', 'file_no', 'line_no', 'read_error'] as row
                from landing.{contract.name} as whole
                where batch_id = :batch_id
            ) as landed
                on landed.file_no = failing.file_no and landed.line_no = failing.line_no
            inner join ops.batch_file as batch_file
                on batch_file.batch_id = :batch_id and batch_file.file_no = failing.file_no
            """  # noqa: S608
        ),
        {"batch_id": batch_id},
    )
    quarantined = _count(connection, "select count(*) from failing")
    return Counts(landed, quarantined, duplicates, repeated, conflicting)


def supersede(connection: Connection, contract: FeedContract, batch_id: int) -> None:
    """Mark quarantined rows of this feed-day whose day was accepted in a later version."""
    connection.execute(
        text(
            f"""
            with day as (
                select other.batch_id, other.version, other.status
                from ops.batch as other
                inner join ops.batch as this
                    on this.feed = other.feed and this.business_date = other.business_date
                where this.batch_id = :batch_id
            ),
            superseded as (
                select
                    earlier.batch_id,
                    (
                        select later.batch_id from day as later
                        where later.status = 'accepted' and later.version > earlier.version
                        order by later.version
                        limit 1
                    ) as by_batch_id
                from day as earlier
            )
            update quarantine.{contract.name} as quarantined
            set superseded_by_batch_id = superseded.by_batch_id
            from superseded
            where quarantined.batch_id = superseded.batch_id
                and superseded.by_batch_id is not null
                and quarantined.superseded_by_batch_id is null
            """  # noqa: S608
        ),
        {"batch_id": batch_id},
    )
