"""Landing tables, their typed views and quarantine tables, made from the feed contracts."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, text

from huiyan.feeds.contract import Column, FeedContract, load_contracts
from huiyan.settings import Settings

READERS = {
    "text": "landing.as_text",
    "int": "landing.as_int",
    "date": "landing.as_date",
    "timestamp": "landing.as_timestamp",
    "money": "landing.as_money",
    "flag": "landing.as_flag",
}
IDENTITY = ("batch_id", "file_no", "line_no")
TYPED = "_typed"
CHECKED_BATCH = "huiyan.batch_id"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def typed_expression(column: Column) -> str:
    """SQL that reads one landing column as its declared type; null where it cannot be read."""
    if column.sensitive:
        raise ValueError(f"{column.name} is not stored as such")
    reader = READERS["text" if column.type == "enum" else column.type]
    expression = f"{reader}({column.name})"
    if column.values:
        branches = " ".join(
            f"when lower({column.name}) in "
            f"({', '.join(_literal(spelling.lower()) for spelling in (code, *spellings))}) "
            f"then {_literal(code)}"
            for code, spellings in column.values.items()
        )
        otherwise = f" else {expression}" if column.type == "text" else ""
        expression = f"case {branches}{otherwise} end"
    if column.default is not None:
        expression = f"coalesce({expression}, {_literal(column.default)})"
    return expression


def natural_key_expression(contract: FeedContract) -> str:
    """SQL of the natural key: key columns as read, joined by `/`; null if one cannot be read."""
    parts = []
    for column in contract.key_columns:
        part = f"({typed_expression(column)})::text"
        if column.type == "text" and len(contract.key_columns) > 1:
            part = rf"replace(replace({part}, '\', '\\'), '/', '\/')"
        parts.append(part)
    return " || '/' || ".join(parts)


def _typed_columns(contract: FeedContract) -> dict[str, str]:
    """The columns of the typed view in order: what each is, by name."""
    columns = {name: name for name in IDENTITY}
    for column in contract.columns:
        for name in column.stored_as:
            columns[name] = name if column.sensitive else typed_expression(column)
    return {**columns, "natural_key": natural_key_expression(contract), "read_error": "read_error"}


def _checked_columns(contract: FeedContract) -> dict[str, str]:
    """Every column as delivered and, with the suffix `_typed`, as read; otherwise as above."""
    stored = ", ".join(contract.stored_columns)
    columns = {
        **{name: name for name in (*IDENTITY, "read_error")},
        "is_read": f"read_error is null or num_nonnulls({stored}) > 0",
        "natural_key": natural_key_expression(contract),
    }
    for column in contract.columns:
        columns |= {name: f"nullif({name}, '')" for name in column.stored_as}
        if not column.sensitive:
            columns[f"{column.name}{TYPED}"] = typed_expression(column)
    return columns


def _view(name: str, columns: dict[str, str], source: str, standing: Sequence[str] = ()) -> str:
    """The view `landing.<name>` with these columns.

    Args:
        standing: columns that it has already; a view that others rest on keeps them in their
            places, and what is new comes after them.
    """
    places = {column: place for place, column in enumerate(standing)}
    ordered = sorted(columns, key=lambda column: places.get(column, len(places)))
    selected = ",\n    ".join(f"{columns[column]} as {column}" for column in ordered)
    return f"create or replace view landing.{name} as\nselect\n    {selected}\n{source}"


def _views(connection: Connection | None, contract: FeedContract) -> list[str]:
    """The typed view, and the batch a session names in `huiyan.batch_id` as the expectation suite
    looks at it: `offset 0` keeps PostgreSQL from reading a value anew for every expectation.

    Args:
        connection: to the warehouse whose views are to be replaced; without one, as in a new one.
    """
    table = f"from landing.{contract.name}"
    batch = f"{table}\nwhere batch_id = current_setting('{CHECKED_BATCH}')::bigint\noffset 0"
    return [
        _view(name, columns, source, _standing(connection, name) if connection else ())
        for name, columns, source in (
            (f"{contract.name}_typed", _typed_columns(contract), table),
            (f"{contract.name}_checked", _checked_columns(contract), batch),
        )
    ]


def _standing(connection: Connection, view: str) -> list[str]:
    return list(
        connection.execute(
            text(
                "select attname from pg_attribute where attrelid = to_regclass(:view) "
                "and attnum > 0 order by attnum"
            ),
            {"view": f"landing.{view}"},
        ).scalars()
    )


def _landing_table(contract: FeedContract) -> list[str]:
    table = f"landing.{contract.name}"
    statements = [
        f"create table if not exists {table} (batch_id bigint not null, "
        "file_no integer not null, line_no bigint not null)"
    ]
    statements += [
        f"alter table {table} add column if not exists {name} text"
        for name in contract.stored_columns
    ]
    statements += [
        f"alter table {table} add column if not exists extra jsonb",
        f"alter table {table} add column if not exists read_error text",
        f"create index if not exists {contract.name}_batch on {table} (batch_id)",
    ]
    return statements


def _quarantine_table(contract: FeedContract) -> str:
    return (
        f"create table if not exists quarantine.{contract.name} (batch_id bigint not null, "
        "file_no integer not null, file_name text not null, line_no bigint not null, "
        "reasons text[] not null, natural_key text, row jsonb not null, "
        "superseded_by_batch_id bigint, primary key (batch_id, file_no, line_no))"
    )


def _declare(connection: Connection, contract: FeedContract, *, anew: bool) -> None:
    """Make the tables and views of a contract, unless they are as it says.

    Even a statement that changes nothing waits for everybody who reads the table, and has whoever
    comes after wait for it: two connections of one task would wait for each other for ever.
    """
    tables = (*_landing_table(contract), _quarantine_table(contract))
    declaration = "\n".join((*tables, *_views(None, contract)))
    declared = hashlib.sha256(declaration.encode()).hexdigest()
    known: str | None = connection.execute(
        text("select obj_description(to_regclass(:table), 'pg_class')"),
        {"table": f"landing.{contract.name}"},
    ).scalar_one()
    if known == declared and not anew:
        return
    for statement in (*tables, *_views(connection, contract)):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"comment on table landing.{contract.name} is '{declared}'")


def sync(connection: Connection, settings: Settings, *, anew: bool = False) -> None:
    """Create what is missing and refresh the typed views and the list of feeds.

    Columns a contract no longer names stay in landing: it is append-only.

    Args:
        anew: also where the contract is as it was: a migration may have changed what it rests on.
    """
    for contract in load_contracts().values():
        _declare(connection, contract, anew=anew)
        connection.execute(
            text(
                "insert into ops.feed (feed, kind, is_subscribed) "
                "values (:feed, :kind, :is_subscribed) on conflict (feed) do update "
                "set kind = excluded.kind, is_subscribed = excluded.is_subscribed "
                "or (:stays and exists (select from ops.batch where feed = :feed))"
            ),
            {
                "feed": contract.name,
                "kind": contract.kind,
                "is_subscribed": settings.subscribes_to(
                    contract.name, is_optional=contract.is_optional
                ),
                "stays": contract.is_optional and not settings.lists_its_feeds,
            },
        )
