"""Which columns of a table are kept for what is asked of a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyan.lake.columns import kept_columns, named
from huiyan.lake.project import Model, Project

ORDER = ["staging.row", "intermediate.total", "intermediate.large"]
PROJECT = Project(
    {
        each.relation: each
        for each in (
            Model(
                "intermediate.total",
                "select id, max(town) as town, max(said) as said, sum(amount) as amount,"
                " max(day) as day"
                ' from "memory"."staging"."row" group by id',
                ("staging.row",),
            ),
            Model(
                "intermediate.large",
                "with chosen as not materialized ("
                ' select * from "memory"."intermediate"."total"'
                " where amount > 10 and day <= getvariable('business_date'))"
                " select id, town, said, (select count(*) from chosen) as population from chosen",
                ("intermediate.total",),
            ),
        )
    },
    {},
    {},
)
TABLES = ["intermediate.total"]
QUERIES = [
    "select id from {large}",
    "select id, population from {large}",
    "select count(*) from {large}",
    "select town, count(*) from {large} group by town",
    "select distinct * from {total}",
    "select id from {total} where said is not null",
    "select one.id from {total} as one join {total} as other"
    " on one.town = other.town and one.id < other.id",
    "select count(distinct total) from {total} as total",
    "select id, said from {total} union all select id, null from {large}",
]


@contextmanager
def opened() -> Iterator[duckdb.DuckDBPyConnection]:
    """A session with the source and without rows."""
    with duckdb.connect() as connection:
        connection.execute("create schema staging")
        connection.execute("create schema intermediate")
        connection.execute(
            "create table staging.row"
            " (id text, town text, said text, amount numeric(18, 2), day date)"
        )
        connection.execute("set variable business_date = date '2025-09-30'")
        yield connection


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    with opened() as connection:
        yield connection


def asked(query: str) -> str:
    return query.format(
        **{relation.split(".")[1]: named("memory", relation) for relation in ORDER[1:]}
    )


def kept(lake: duckdb.DuckDBPyConnection, *queries: str) -> str:
    lists = kept_columns(lake, PROJECT, ORDER, TABLES, [asked(query) for query in queries])
    return lists["intermediate.total"]


def test_what_is_read_or_compared_is_kept_and_the_rest_is_null(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    assert kept(lake, "select id from {large}") == (
        '"id", cast(null as VARCHAR) as "town", cast(null as VARCHAR) as "said", "amount", "day"'
    )


def test_what_any_query_reads_is_kept(lake: duckdb.DuckDBPyConnection) -> None:
    lists = kept(lake, "select id from {total}", "select said from {total}")
    assert '"id"' in lists.split(", ")
    assert '"said"' in lists.split(", ")
    assert '"town"' not in lists.split(", ")


def test_all_is_kept_of_what_is_only_counted(lake: duckdb.DuckDBPyConnection) -> None:
    assert kept(lake, "select count(*) from {total}") == '"id", "town", "said", "amount", "day"'


def test_a_table_keeps_what_another_table_needs(lake: duckdb.DuckDBPyConnection) -> None:
    lists = kept_columns(
        lake, PROJECT, ORDER, ["intermediate.total", "intermediate.large"],
        [asked("select town from {large}")],
    )  # fmt: skip
    assert lists["intermediate.large"].startswith('cast(null as VARCHAR) as "id", "town"')
    assert lists["intermediate.total"] == (
        'cast(null as VARCHAR) as "id", "town", cast(null as VARCHAR) as "said", "amount", "day"'
    )


ROWS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["", "x", "y"]) | st.none(),
        st.sampled_from(["p", "q"]) | st.none(),
        st.integers(0, 20),
        st.dates(date(2025, 9, 25), date(2025, 10, 5)),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(ROWS, st.sampled_from(QUERIES))
def test_a_query_says_the_same_of_what_is_kept(rows: list[tuple[object, ...]], query: str) -> None:
    answers = []
    for columns in ("*", None):
        with opened() as lake:
            if rows:
                lake.executemany("insert into staging.row values (?, ?, ?, ?, ?)", rows)
            for relation in ORDER[1:]:
                sql = PROJECT.models[relation].sql
                chosen = (columns or kept(lake, query)) if relation in TABLES else "*"
                lake.execute(
                    f"create table {named('memory', relation)} as select {chosen} from ({sql})"
                )
            answers.append(sorted(lake.execute(asked(query)).fetchall(), key=repr))
    assert answers[0] == answers[1]
