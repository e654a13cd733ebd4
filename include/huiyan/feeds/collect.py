"""Collects one feed-day: archive, register, COPY into landing, all or nothing.

Of a form, whose files come from many senders, a file that cannot be read is registered with what is
wrong with it and the others land. Of what is no file, like a link, and of what changed or vanished
while it was being archived, that is archived in its place; the next collect takes what is there.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import PurePath
from typing import Literal

import psycopg
from psycopg import sql

from huiyan.errors import FeedError, LandingError, WarehouseError
from huiyan.feeds import anonymous, cards, folder, readers
from huiyan.feeds.archive import BLOCK_BYTES, Archive, Archived
from huiyan.feeds.cells import Parsed, PlainLines, excerpt, printable
from huiyan.feeds.contract import FeedContract, load_contract
from huiyan.feeds.encoding import EncodingProbe
from huiyan.feeds.folder import Delivery
from huiyan.feeds.landing_rows import LandingRows
from huiyan.feeds.manifest import ListedFile, same_name
from huiyan.feeds.opening import SourceError
from huiyan.settings import Settings, get_settings
from huiyan.warehouse.connection import connect

COPY_BYTES = 262_144
SHOWN_AMOUNTS = 5


@dataclass(frozen=True)
class CollectResult:
    """What became of one feed-day.

    Attributes:
        batch_id: the batch that stands for it; None if nothing has come.
        status: landed (a new version), unchanged (the same bytes as the latest version), missing
            or stopped (recorded with its error).
        rows: rows in the files.
        message: one line for people.
    """

    batch_id: int | None
    status: Literal["landed", "unchanged", "missing", "stopped"]
    rows: int
    message: str


@dataclass(frozen=True)
class _File:
    """One archived file and what reading it gave."""

    file_no: int
    name: str
    archived: Archived
    probe: EncodingProbe | None
    sent_sha256: str
    encoding: str | None = None
    rows: int = 0
    amount_total: Decimal | None = None
    unknown_columns: tuple[str, ...] = ()
    trimmed_cells: int = 0
    fullwidth_cells: int = 0
    masked_cells: int = 0
    error: str | None = None


@dataclass(frozen=True)
class _Version:
    batch_id: int
    version: int
    status: str
    content_hash: str
    row_count: int
    error: str | None
    is_decided: bool


def collect(feed: str, business_date: date, settings: Settings | None = None) -> CollectResult:
    """Bring what lies in `<landing>/<feed>/<business_date>/` into `landing.<feed>`.

    One transaction: a new batch version with all its rows, or a stopped version with the error, or
    nothing. The same file under two names lands twice: its rows are identical duplicates, which
    the gate counts and takes once. Safe to repeat, to kill and to run twice at once.

    Raises:
        NotFoundError: there is no such feed.
        LandingError: landing zone or archive cannot be read or written; nothing was recorded.
        WarehouseError: PostgreSQL could not take it; nothing was recorded.
    """
    settings = settings or get_settings()
    contract = load_contract(feed)
    delivery = folder.inspect(contract, business_date, settings)
    if delivery is None:
        path = settings.landing / feed / business_date.isoformat()
        return CollectResult(None, "missing", 0, f"nothing has come: {path} is absent or empty")
    archive = Archive(settings, contract)
    if contract.is_anonymous:
        files = _archive_scrubbed(delivery, contract, archive)
    else:
        files = _archive_all(delivery, contract, archive)
    with _or_nothing(feed, business_date), connect(settings, role="huiyan_load") as connection:
        _lock(connection, feed, business_date)
        return _register(connection, contract, business_date, delivery, files, settings)


def collect_archived(
    feed: str, business_date: date, settings: Settings | None = None
) -> CollectResult:
    """Read the archived files of a feed-day's latest, stopped version anew, as a new version.

    Raises:
        LandingError: the archive does not hold the delivery exactly as it came.
        FeedError: the latest version is not stopped.
        WarehouseError: PostgreSQL could not take it; nothing was recorded.
    """
    settings = settings or get_settings()
    contract = load_contract(feed)
    with _or_nothing(feed, business_date), connect(settings, role="huiyan_load") as connection:
        _lock(connection, feed, business_date)
        latest = _latest(connection, feed, business_date)
        if latest is None or latest.status != "stopped":
            raise FeedError(f"{feed} of {business_date} has no stopped version to read again.")
        said = connection.execute(
            "select manifest from ops.batch where batch_id = %s", (latest.batch_id,)
        ).fetchone()
        listed = connection.execute(
            "select file_no, file_name, sha256, bytes, error from ops.batch_file "
            "where batch_id = %s order by file_no",
            (latest.batch_id,),
        ).fetchall()
        delivery = folder.rebuild(
            contract, business_date, [name for _, name, *_ in listed], said[0] if said else None
        )
        archive = Archive(settings, contract)
        files = [
            _File(
                number,
                name,
                Archived(sha256, size),
                _probe(archive, name, sha256),
                sha256,
                error=error,
            )
            for number, name, sha256, size, error in listed
        ]
        if not files or _content_hash(contract, delivery, files) != latest.content_hash:
            raise LandingError(
                f"The archive does not hold {feed} of {business_date} (batch {latest.batch_id}) "
                "exactly as it came: a manifest, a name or something else in the folder was not "
                "kept. Put the day into the landing zone again and collect it."
            )
        return _register(connection, contract, business_date, delivery, files, settings, again=True)


def _probe(archive: Archive, name: str, sha256: str) -> EncodingProbe | None:
    if not readers.is_text(name):
        return None
    probe = EncodingProbe()
    with archive.open(sha256) as stream:
        while block := stream.read(BLOCK_BYTES):
            probe.feed(block)
    return probe


@contextmanager
def _or_nothing(feed: str, business_date: date) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise WarehouseError(
            f"PostgreSQL could not take {feed} of {business_date}: {str(error).strip()}. "
            "Nothing was recorded; once the database is well, collect again."
        ) from error


def _archive_all(delivery: Delivery, contract: FeedContract, archive: Archive) -> list[_File]:
    hides = contract.carries_cards
    files = []
    for file_no, path in enumerate(delivery.files, start=1):
        name = folder.shown_name(path.relative_to(delivery.folder))
        name = cards.hide_all(name) if hides else name
        problem = delivery.noted.get(path)
        probe = EncodingProbe() if readers.is_text(path.name) else None
        try:
            if problem is None:
                archived = archive.store(delivery.source(path), probe, within=delivery.within)
        except SourceError as error:
            if not contract.is_form:
                raise
            problem = f"{name} {error.problem}"
        if problem is not None:
            archived, probe = archive.store_content(problem.encode()), None
        files.append(_File(file_no, name, archived, probe, archived.sha256, error=problem))
    return files


def _archive_scrubbed(delivery: Delivery, contract: FeedContract, archive: Archive) -> list[_File]:
    """Archive what may be kept of an anonymous feed's files: all of them, or none if one is bad."""
    scrubbed = []
    for file_no, path in enumerate(delivery.files, start=1):
        if delivery.problems and path.suffix.casefold() not in folder.suffixes(contract):
            continue
        try:
            source = delivery.source(path)
            scrubbed.append(anonymous.scrub(contract, source, file_no, within=delivery.within))
        except FeedError as error:
            delivery.problems.append(str(error))
    if delivery.problems:
        delivery.files = []
        return []
    files = []
    for file_no, each in enumerate(scrubbed, start=1):
        probe = EncodingProbe()
        probe.feed(each.content)
        archived = archive.store_content(each.content)
        files.append(_File(file_no, each.name, archived, probe, each.sent_sha256))
    return files


def _content_hash(contract: FeedContract, delivery: Delivery, files: list[_File]) -> str:
    """Of the files' bytes, of what the manifest says, of what is wrong.

    Names are no part of it, but for a form: where a file of one lies says whom it goes back to.
    """
    digest = hashlib.sha256()
    for part in sorted(
        f"{file.archived.sha256} {file.name}\0" if contract.is_form else file.archived.sha256
        for file in files
    ):
        digest.update(part.encode())
    if delivery.manifest is not None:
        digest.update(b"manifest" + delivery.manifest.canonical.encode())
    for problem in sorted(delivery.problems):
        digest.update(b"problem" + problem.encode())
    return digest.hexdigest()


def _lock(connection: psycopg.Connection, feed: str, business_date: date) -> None:
    key = hashlib.sha256(f"collect {feed} {business_date}".encode()).digest()[:8]
    connection.execute(
        "select pg_advisory_xact_lock(%s)", (int.from_bytes(key, "big", signed=True),)
    )


def _latest(connection: psycopg.Connection, feed: str, business_date: date) -> _Version | None:
    row = connection.execute(
        "select batch_id, version, status, content_hash, row_count, error, decided_at is not null "
        "from ops.batch where feed = %s and business_date = %s order by version desc limit 1",
        (feed, business_date),
    ).fetchone()
    return _Version(*row) if row else None


def _register(
    connection: psycopg.Connection,
    contract: FeedContract,
    business_date: date,
    delivery: Delivery,
    files: list[_File],
    settings: Settings,
    *,
    again: bool = False,
) -> CollectResult:
    """Land the delivery as a new version unless its latest one says all; the day is locked.

    Args:
        again: read the bytes of a stopped version anew, also if the gate stopped it.
    """
    content_hash = _content_hash(contract, delivery, files)
    latest = _latest(connection, contract.name, business_date)
    is_same = latest is not None and latest.content_hash == content_hash
    if latest is not None and is_same:
        if latest.status != "stopped":
            return CollectResult(
                latest.batch_id, "unchanged", latest.row_count, "the same bytes as before"
            )
        if latest.is_decided and not again:
            return CollectResult(
                latest.batch_id, "stopped", latest.row_count, latest.error or "stopped"
            )
    version = latest.version + 1 if latest else 1

    def insert(status: str, error: str | None) -> int:
        return _insert_batch(
            connection, contract.name, business_date, version, status, content_hash, delivery, error
        )

    if contract.is_optional and not settings.lists_its_feeds:
        connection.execute(
            "update ops.feed set is_subscribed = true where feed = %s and not is_subscribed",
            (contract.name,),
        )
    try:
        with connection.transaction():
            batch_id = insert("landed", None)
            read = _land(connection, contract, delivery, files, batch_id, settings)
            rows = sum(file.rows for file in read)
            connection.execute(
                "update ops.batch set row_count = %s where batch_id = %s", (rows, batch_id)
            )
            _insert_files(connection, batch_id, read)
    except FeedError as error:
        # What stopped it may lie here, not in the files, so the same bytes are read again; the
        # same outcome is no news.
        if latest is not None and is_same and latest.error == str(error):
            return CollectResult(latest.batch_id, "stopped", 0, str(error))
        batch_id = insert("stopped", str(error))
        _insert_files(connection, batch_id, files)
        return CollectResult(batch_id, "stopped", 0, str(error))
    return CollectResult(batch_id, "landed", rows, _message(delivery, read, rows))


def _insert_batch(
    connection: psycopg.Connection,
    feed: str,
    business_date: date,
    version: int,
    status: str,
    content_hash: str,
    delivery: Delivery,
    error: str | None,
) -> int:
    kept = None
    if delivery.manifest is not None:
        contract = load_contract(feed)
        kept = None if contract.is_anonymous else delivery.manifest.canonical
        if kept is not None and contract.carries_cards:
            kept = cards.hide_all(kept)
    row = connection.execute(
        "insert into ops.batch (feed, business_date, version, status, is_controlled, "
        "content_hash, row_count, error, manifest) "
        "values (%s, %s, %s, %s, %s, %s, 0, %s, %s) returning batch_id",
        (
            feed,
            business_date,
            version,
            status,
            delivery.manifest is not None,
            content_hash,
            error,
            kept,
        ),
    ).fetchone()
    if row is None:
        raise WarehouseError("PostgreSQL gave no number to the new batch.")
    return int(row[0])


def _insert_files(connection: psycopg.Connection, batch_id: int, files: list[_File]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.batch_file (batch_id, file_no, file_name, sha256, bytes, encoding, "
            "row_count, amount_total, unknown_columns, trimmed_cells, fullwidth_cells, "
            "masked_cells, error) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    batch_id,
                    file.file_no,
                    file.name,
                    file.archived.sha256,
                    file.archived.bytes,
                    file.encoding,
                    file.rows,
                    file.amount_total,
                    list(file.unknown_columns),
                    file.trimmed_cells,
                    file.fullwidth_cells,
                    file.masked_cells,
                    file.error,
                )
                for file in files
            ],
        )


def _land(
    connection: psycopg.Connection,
    contract: FeedContract,
    delivery: Delivery,
    files: list[_File],
    batch_id: int,
    settings: Settings,
) -> list[_File]:
    """COPY all files; raises FeedError with everything that is wrong with the delivery."""
    problems = list(delivery.problems)
    listed = delivery.manifest.files if delivery.manifest else {}
    said = [
        listed.get(same_name(path.name)) if path.parent == delivery.folder else None
        for path in delivery.files
    ]
    if not contract.is_form:
        problems += [
            problem
            for file, each in zip(files, said, strict=True)
            for problem in _other(file, each)
        ]
    if problems:
        raise FeedError("; ".join(problems))
    archive = Archive(settings, contract)
    card_key = settings.card_key_bytes()
    if contract.is_form:
        return [
            _land_alone(connection, contract, file, each, archive, batch_id, card_key)
            for file, each in zip(files, said, strict=True)
        ]
    read = []
    for file, each in zip(files, said, strict=True):
        read.append(_land_file(connection, contract, file, archive, batch_id, card_key))
        problems += _differences(connection, contract, batch_id, read[-1], each)
    if problems:
        raise FeedError("; ".join(problems))
    return read


def _other(file: _File, said: ListedFile | None) -> Iterator[str]:
    if said and said.sha256 and said.sha256 != file.sent_sha256:
        yield f"{file.name}: manifest says sha256 {said.sha256}, the file has {file.sent_sha256}"


def _differences(
    connection: psycopg.Connection,
    contract: FeedContract,
    batch_id: int,
    file: _File,
    said: ListedFile | None,
) -> Iterator[str]:
    if said is None:
        return
    if said.rows is not None and said.rows != file.rows:
        yield f"{file.name}: manifest says {said.rows} rows, the file has {file.rows}"
    total = file.amount_total or Decimal(0)
    if said.amount_total is not None and said.amount_total != total:
        yield (
            f"{file.name}: manifest says amount_total {said.amount_total:.2f}, "
            f"the file has {total:.2f}{_unread_amounts(connection, contract, batch_id, file)}"
        )


def _unread_amounts(
    connection: psycopg.Connection, contract: FeedContract, batch_id: int, file: _File
) -> str:
    """The first lines whose amount cannot be read and so is not in the total, in words."""
    if contract.amount_column is None:
        return ""
    column = contract.column(contract.amount_column)
    rows = connection.execute(
        sql.SQL(
            "select line_no, {amount}, count(*) over () from {table} "
            "where batch_id = %s and file_no = %s and landing.as_money({amount}) is null "
            "and ({amount} is not null or read_error is not null) order by line_no limit %s"
        ).format(
            amount=sql.Identifier(column.name), table=sql.Identifier("landing", contract.name)
        ),
        (batch_id, file.file_no, SHOWN_AMOUNTS),
    ).fetchall()
    if not rows:
        return ""
    lines = [
        f"line {line_no}, {column.name} {column.label}: "
        + (
            "cannot be read"
            if value is None
            else f"{excerpt(printable(cards.hide_all(value)))} is no amount"
        )
        for line_no, value, _ in rows
    ]
    if (more := rows[0][2] - len(rows)) > 0:
        lines.append(f"and {more:,} lines more")
    return f" without what cannot be read ({'; '.join(lines)})"


def _land_alone(
    connection: psycopg.Connection,
    contract: FeedContract,
    file: _File,
    said: ListedFile | None,
    archive: Archive,
    batch_id: int,
    card_key: bytes,
) -> _File:
    """COPY a file of which nothing lands, and no other is hindered, if it cannot be read.

    So it is with one that is not what the day's control says. A statement has no rows; who takes
    the answers reads it.
    """
    if file.error is not None or folder.is_statement(file.name):
        return file
    try:
        with connection.transaction():
            if PurePath(file.name).suffix.casefold() not in folder.suffixes(contract):
                raise FeedError(
                    f"{file.name} is not a file this feed accepts "
                    f"({', '.join(folder.suffixes(contract))})"
                )
            if problems := list(_other(file, said)):
                raise FeedError("; ".join(problems))
            landed = _land_file(connection, contract, file, archive, batch_id, card_key)
            if problems := list(_differences(connection, contract, batch_id, landed, said)):
                raise FeedError("; ".join(problems))
            return landed
    except FeedError as error:
        return replace(file, error=str(error))


def _land_file(
    connection: psycopg.Connection,
    contract: FeedContract,
    file: _File,
    archive: Archive,
    batch_id: int,
    card_key: bytes,
) -> _File:
    if file.archived.bytes == 0:
        raise FeedError(f"{file.name} is empty: not even a header line.")
    encoding = file.probe.result(file.name) if file.probe else None
    source = readers.OpenFile(
        contract, file.name, partial(archive.open, file.archived.sha256), encoding
    )
    rows = LandingRows(contract, source.layout, batch_id, file.file_no, card_key)
    table = sql.Identifier("landing", contract.name)
    statement = sql.SQL(
        "copy {table} ({columns}) from stdin (format csv, force_null ({columns}), encoding 'utf8')"
    ).format(table=table, columns=sql.SQL(", ").join(map(sql.Identifier, rows.copy_columns)))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for data in _copy_data(source, rows):
            copy.write(data)
    amount_total = None
    if contract.amount_column is not None:
        amount_total = Decimal(rows.cents) / 100
        if rows.has_other_amounts:
            amount_total = _sum_in_warehouse(connection, contract, batch_id, file.file_no)
    return replace(
        file,
        encoding=encoding,
        rows=rows.rows,
        amount_total=amount_total,
        unknown_columns=source.layout.unknown,
        trimmed_cells=rows.trimmed_cells,
        fullwidth_cells=rows.fullwidth_cells,
        masked_cells=rows.masked_cells,
    )


def _copy_data(source: readers.OpenFile, rows: LandingRows) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for item in source.rows(plain=rows.takes_plain):
        if isinstance(item, PlainLines):
            data = rows.plain(item)
        elif isinstance(item, Parsed):
            data = rows.parsed(item)
        else:
            data = rows.record(item)
        waiting.append(data)
        size += len(data)
        if size >= COPY_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _sum_in_warehouse(
    connection: psycopg.Connection, contract: FeedContract, batch_id: int, file_no: int
) -> Decimal:
    row = connection.execute(
        sql.SQL(
            "select coalesce(sum(landing.as_money({amount})), 0) from {table} "
            "where batch_id = %s and file_no = %s"
        ).format(
            amount=sql.Identifier(contract.amount_column or ""),
            table=sql.Identifier("landing", contract.name),
        ),
        (batch_id, file_no),
    ).fetchone()
    return Decimal(row[0]) if row else Decimal(0)


def _message(delivery: Delivery, files: list[_File], rows: int) -> str:
    parts = [f"{rows:,} rows in {len(files)} file{'' if len(files) == 1 else 's'}"]
    if delivery.manifest is None:
        parts.append("uncontrolled (no manifest)")
    parts += [f"cannot be read: {file.error}" for file in files if file.error]
    hashes = [file.archived.sha256 for file in files]
    twins = sorted(file.name for file in files if hashes.count(file.archived.sha256) > 1)
    if twins:
        parts.append(f"the same bytes under several names: {', '.join(twins)}")
    unknown = sorted({column for file in files for column in file.unknown_columns})
    if unknown:
        parts.append(f"unknown columns kept: {', '.join(unknown)}")
    trimmed = sum(file.trimmed_cells for file in files)
    wide = sum(file.fullwidth_cells for file in files)
    if trimmed:
        parts.append(f"{trimmed:,} cells trimmed")
    if wide:
        parts.append(f"{wide:,} full-width cells")
    masked = sum(file.masked_cells for file in files)
    if masked:
        parts.append(f"card numbers masked in {masked:,} cells")
    return "; ".join(parts)
