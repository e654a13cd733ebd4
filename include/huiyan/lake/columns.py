"""What a session keeps of the tables it makes: the columns that what it is asked for goes back to.

DuckDB leaves out what nobody reads within one query; a table that stands between two it fills
whole. So it is asked for its plans over empty tables first: what these scan is kept, every other
column is there and null.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import duckdb

from huiyan.lake.project import Project

IN_MEMORY = "memory"  # what DuckDB calls the database of a session without a file
# Nothing may be concluded from there being no rows.
MISLED = "statistics_propagation,empty_result_pullup"
WORDS = re.compile(r"\w+")

Columns = dict[str, str]  # the type of each column, in order


def named(catalog: str, relation: str) -> str:
    """A relation as compiled SQL names it."""
    schema, name = relation.split(".")
    return f'"{catalog}"."{schema}"."{name}"'


def making(name: str, query: str, columns: str | None) -> str:
    """The statement that makes a relation anew: a table of `columns`, a view if there are none."""
    if columns is None:
        return f"create or replace view {name} as ({query})"
    return f"create or replace table {name} as select {columns} from ({query})"  # noqa: S608


def _columns(session: duckdb.DuckDBPyConnection, what: str) -> Columns:
    rows = session.execute(f"describe {what}").fetchall()
    return {name: type_ for name, type_, *_ in rows}


def _scans(node: dict[str, Any]) -> Iterator[tuple[str, list[str], str]]:
    """Of every scan in a plan the relation, the columns it hands on, and its conditions."""

    def texts(key: str) -> list[str]:
        said = told.get(key, [])
        return [said] if isinstance(said, str) else said

    told = node.get("extra_info", {})
    if "Table" in told:
        relation = ".".join(told["Table"].replace('"', "").split(".")[-2:])
        yield relation, texts("Projections"), " ".join(texts("Filters"))
    for child in node.get("children", []):
        yield from _scans(child)


class _Plans:
    """A session that has every relation, without rows, and plans over it."""

    def __init__(
        self,
        lake: duckdb.DuckDBPyConnection,
        project: Project,
        order: Sequence[str],
        tables: Collection[str],
        catalog: str,
    ) -> None:
        self.columns: dict[str, Columns] = {}
        self.used: dict[str, set[str]] = {relation: set() for relation in tables}
        self._session = duckdb.connect()
        self._session.execute(f"set disabled_optimizers = '{MISLED}'")
        self._session.execute("set variable business_date = date '1970-01-01'")
        if catalog != IN_MEMORY:
            self._session.execute(f"attach ':memory:' as {catalog}")
        for schema in dict.fromkeys(relation.split(".")[0] for relation in order):
            self._session.execute(f"create schema if not exists {catalog}.{schema}")
        for relation in order:
            name = named(catalog, relation)
            if relation not in project.models:
                columns = _columns(lake, name)
                defined = ", ".join(f'"{column}" {type_}' for column, type_ in columns.items())
                self._session.execute(f"create table {name} ({defined})")
            elif relation in tables:
                query = project.models[relation].sql
                self._session.execute(f"create table {name} as ({query}) with no data")
                self.columns[relation] = _columns(self._session, name)
            else:
                self._session.execute(f"create view {name} as ({project.models[relation].sql})")

    def __enter__(self) -> "_Plans":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def look_at(self, query: str) -> None:
        """Note which columns of the tables a query uses."""
        row = self._session.execute(f"explain (format json) {query}").fetchone()
        for node in json.loads(row[1] if row else "[]"):
            for relation, handed_on, conditions in _scans(node):
                if relation in self.used:
                    said = {*handed_on, *WORDS.findall(conditions)}
                    self.used[relation] |= said & set(self.columns[relation])


def kept_columns(
    lake: duckdb.DuckDBPyConnection,
    project: Project,
    order: Sequence[str],
    tables: Collection[str],
    asked: Sequence[str],
    catalog: str = IN_MEMORY,
) -> dict[str, str]:
    """What to select from the query of each of `tables`, so that the queries `asked` say the same.

    Args:
        lake: a session that has what the models read and are not made of.
        order: all relations that `asked` stand on, each after what it reads; of them `tables` are
            made as tables. catalog: the database that the compiled SQL names.
    """
    with _Plans(lake, project, order, tables, catalog) as plans:
        for query in asked:
            plans.look_at(query)
        lists = {}
        for relation in reversed([each for each in order if each in tables]):
            columns = plans.columns[relation]
            used = plans.used[relation] or set(columns)
            lists[relation] = ", ".join(
                f'"{column}"' if column in used else f'cast(null as {type_}) as "{column}"'
                for column, type_ in columns.items()
            )
            query = project.models[relation].sql
            plans.look_at(f"select {lists[relation]} from ({query})")  # noqa: S608
        return lists
