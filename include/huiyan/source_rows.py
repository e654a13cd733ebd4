"""What became of delivered rows: whether they still count, and what took their place.

Landing keeps every row that was ever delivered, and staging says which rows count; so a row that
was used once can be compared with what stands in its place now.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from huiyan.feeds import cards
from huiyan.feeds.contract import load_contract
from huiyan.warehouse.dbt import PROJECT

Record = dict[str, Any]
Place = tuple[int, int, int]  # batch, file, line

_FEED = re.compile(r"'feed': '(\w+)'")
_PLACE = ("batch_id", "file_no", "line_no")
_CARD = "卡"
_BESIDES = (*_PLACE, "natural_key", "read_error")


@cache
def _staging_tables() -> dict[str, str]:
    """Feed → its staging table, as the models say."""
    found = {}
    for path in sorted((PROJECT / "models" / "staging").glob("stg_*.sql")):
        if feed := _FEED.search(path.read_text("utf-8")):
            found[feed[1]] = path.stem
    return found


@dataclass(frozen=True)
class Change:
    """A row that does not stand as it was used.

    Attributes:
        feed, batch_id, file_name, line_no, natural_key: which row it was.
        kind: corrected (another row has its key now), earlier (one of an earlier business date
            counts again) or removed (none has).
        since: the business date from which on it is so; by_batch_id, by_version: the delivery that
            made it so, null if none is known.
        columns: what is said otherwise, name → (then, now); empty if it was removed. Card numbers
            and their tokens are not shown.
    """

    feed: str
    batch_id: int
    file_name: str | None
    line_no: int
    natural_key: str | None
    kind: str
    since: date | None
    by_batch_id: int | None
    by_version: int | None
    columns: dict[str, tuple[Any, Any]]

    @property
    def text(self) -> str:
        """In plain words, Chinese as all of an explanation."""
        row = f"{self.feed} {self.natural_key or ''}（{self.file_name} 第 {self.line_no} 行）"
        batch = (
            f"批次 {self.by_batch_id}（第 {self.by_version} 版）" if self.by_batch_id else "批次"
        )
        by = f"{self.since} 的{batch}"
        if self.kind == "removed":
            return f"{row}：{by}中不再有"
        said = "；".join(
            f"{name} {_shown(then)} → {_shown(now)}" for name, (then, now) in self.columns.items()
        )
        what = "已更正" if self.kind == "corrected" else "重新有效"
        return f"{row}：以 {by}为准（{what}）：{said}"


def _shown(value: Any) -> str:
    return "（空）" if value is None else str(value)


def lines(ranges: str) -> list[int]:
    """The line numbers of `2-4,9`: 2, 3, 4, 9."""
    ends = [part.partition("-") for part in ranges.split(",")]
    return [line for first, _, last in ends for line in range(int(first), int(last or first) + 1)]


def changes(connection: psycopg.Connection, used: Iterable[Record]) -> list[Change]:
    """Rows among `used` that have been corrected or removed since; the same content sent again is
    no change.

    Args:
        connection: one that may read landing, staging and ops (`huiyan_build`).
        used: files and lines, as in `marts.fct_rule_hit_source`.
    """
    found: list[Change] = []
    with connection.cursor(row_factory=dict_row) as cursor:
        for feed, places in _by_feed(used).items():
            found += _changes_of(cursor, feed, places)
    return found


def delivered(connection: psycopg.Connection, used: Iterable[Record]) -> dict[str, list[Record]]:
    """The rows `used` as they were delivered, by feed: file, line and the feed's columns, those
    aside that its contract calls sensitive; card numbers in texts are hidden.

    Args:
        connection, used: as for `changes`.
    """
    found: dict[str, list[Record]] = {}
    with connection.cursor(row_factory=dict_row) as cursor:
        for feed, places in sorted(_by_feed(used).items()):
            secret = _secret(feed)
            columns = [name for name in load_contract(feed).stored_columns if name not in secret]
            rows = _landed(cursor, feed, places)
            if rows:
                found[feed] = [
                    {
                        "business_date": places[place]["business_date"],
                        "file_name": places[place]["file_name"],
                        "line_no": place[2],
                        **{name: _hidden(row[name]) for name in columns},
                    }
                    for place, row in sorted(rows.items())
                ]
    return found


def _by_feed(used: Iterable[Record]) -> dict[str, dict[Place, Record]]:
    """The rows by feed and place, each with the file that it stands in."""
    by_feed: dict[str, dict[Place, Record]] = defaultdict(dict)
    for file in used:
        for line in lines(file["lines"]):
            place = (file["batch_id"], file["file_no"], line)
            by_feed[file["feed"]].setdefault(place, file)
    return by_feed


def _changes_of(
    cursor: psycopg.Cursor[Record], feed: str, places: dict[Place, Record]
) -> list[Change]:
    then = _landed(cursor, feed, places)
    standing = _standing(cursor, feed, [row["natural_key"] for row in then.values()])
    replaced = {
        place: standing[row["natural_key"]]
        for place, row in then.items()
        if row["natural_key"] in standing and _place(standing[row["natural_key"]]) != place
    }
    now = _landed(cursor, feed, [_place(row) for row in replaced.values()])
    found = []
    for place, file in sorted(places.items()):
        row = then.get(place)
        key = row["natural_key"] if row else None
        present = standing.get(key) if key else None
        if row is None or (present and not present["ended_on"] and _place(present) == place):
            continue
        change: dict[str, Any] = {"columns": {}}
        if present is None or present["ended_on"]:
            ended_on = present["ended_on"] if present else file["business_date"]
            by = _latest(cursor, feed, ended_on)
            change |= {"kind": "removed", "since": ended_on}
            change |= {"by_batch_id": by and by["batch_id"], "by_version": by and by["version"]}
        else:
            columns = _different(feed, row, now[_place(present)])
            if not columns:
                continue
            is_earlier = present["valid_from"] < file["business_date"]
            change |= {
                "kind": "earlier" if is_earlier else "corrected",
                "since": present["valid_from"],
                "by_batch_id": present["batch_id"],
                "by_version": present["version"],
                "columns": columns,
            }
        found.append(
            Change(
                feed=feed,
                batch_id=place[0],
                file_name=file["file_name"],
                line_no=place[2],
                natural_key=key,
                **change,
            )
        )
    return found


def _place(row: Record) -> Place:
    return (row["batch_id"], row["file_no"], row["line_no"])


def _landed(
    cursor: psycopg.Cursor[Record], feed: str, places: Iterable[Place]
) -> dict[Place, Record]:
    by_file: dict[tuple[int, int], list[int]] = defaultdict(list)
    for batch_id, file_no, line in places:
        by_file[batch_id, file_no].append(line)
    query = sql.SQL(
        "select * from {} where batch_id = %s and file_no = %s and line_no = any(%s)"
    ).format(sql.Identifier("landing", f"{feed}_typed"))
    rows = (
        row
        for (batch_id, file_no), wanted in by_file.items()
        for row in cursor.execute(query, [batch_id, file_no, wanted]).fetchall()
    )
    return {_place(row): row for row in rows}


def _standing(cursor: psycopg.Cursor[Record], feed: str, keys: list[str]) -> dict[str, Record]:
    """The latest row of each key that staging holds; `ended_on` if it counts no more."""
    query = sql.SQL(
        "select distinct on (held.natural_key) held.natural_key, held.batch_id, held.file_no, "
        "held.line_no, held.valid_from, held.valid_to as ended_on, batch.version "
        "from {} as held inner join ops.batch as batch on held.batch_id = batch.batch_id "
        "where held.natural_key = any(%s) order by held.natural_key, held.valid_from desc"
    ).format(sql.Identifier("staging", _staging_tables()[feed]))
    return {row["natural_key"]: row for row in cursor.execute(query, [keys]).fetchall()}


def _latest(cursor: psycopg.Cursor[Record], feed: str, day: date) -> Record | None:
    return cursor.execute(
        "select batch_id, version from ops.batch where feed = %s and business_date = %s "
        "and status = 'accepted' order by version desc limit 1",
        [feed, day],
    ).fetchone()


def _secret(feed: str) -> set[str]:
    """Columns that hold what the feed's contract calls sensitive."""
    return {
        name
        for column in load_contract(feed).columns
        if column.sensitive
        for name in column.stored_as
    }


def _different(feed: str, then: Record, now: Record) -> dict[str, tuple[Any, Any]]:
    secret = _secret(feed)
    found: dict[str, tuple[Any, Any]] = {}
    for name in then.keys() - set(_BESIDES):
        if then[name] == now[name]:
            continue
        if name in secret:
            found[_CARD] = ("一张", "另一张")
        else:
            found[name] = (_hidden(then[name]), _hidden(now[name]))
    return {
        name: found[name] for name in (*load_contract(feed).stored_columns, _CARD) if name in found
    }


def _hidden(value: Any) -> Any:
    return cards.hide_all(value) if isinstance(value, str) else value
