"""Whether two databases found the same: every hit, its columns, its evidence, every population."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg

RESULTS = """
    select
        rule_id, coalesce(subject_id, ''), subject_type, unit_id, finance_agency_code,
        treasury_agency_code, occurred_on, amount, base_tier, population,
        cast(evidence as varchar)
    from (
        select * from rules.rule_results
        union all
        select * from patterns.pattern_results
    ) as results
"""
TIMESTAMP = re.compile(r"^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})$")

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Difference:
    """One (rule, subject) on which the databases disagree; the subject is '' for the population.

    Attributes:
        postgresql, duckdb: the rows found there, empty where there is none.
    """

    rule_id: str
    subject_id: str
    postgresql: list[Row]
    duckdb: list[Row]


@dataclass(frozen=True)
class Comparison:
    """Hits by rule as PostgreSQL counted them, and every disagreement."""

    hits: dict[str, int]
    differences: list[Difference]


def _same_words(value: Any) -> Any:
    """JSON as compared: 100.00 is 100, a `T` between date and time is a space."""
    if isinstance(value, dict):
        return {key: _same_words(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_same_words(each) for each in value]
    if isinstance(value, str):
        return TIMESTAMP.sub(r"\1 \2", value)
    return value


def _evidence(text: str | None) -> Any:
    if text is None:
        return None
    return _same_words(json.loads(text, parse_float=Decimal, parse_int=Decimal))


def _by_subject(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for rule_id, subject_id, *columns, evidence in rows:
        found.setdefault((rule_id, subject_id), []).append((*columns, _evidence(evidence)))
    for versions in found.values():
        versions.sort(key=repr)
    return found


def compare_rows(postgresql: Iterable[Row], lake: Iterable[Row]) -> Comparison:
    """Compare rows of RESULTS of both databases, in any order."""
    left, right = _by_subject(postgresql), _by_subject(lake)
    hits: dict[str, int] = {}
    for (rule_id, subject_id), versions in sorted(left.items()):
        hits[rule_id] = hits.get(rule_id, 0) + (len(versions) if subject_id else 0)
    differences = [
        Difference(*key, left.get(key, []), right.get(key, []))
        for key in sorted(left.keys() | right.keys())
        if left.get(key) != right.get(key)
    ]
    return Comparison(hits, differences)


def compare(connection: psycopg.Connection, database: Path) -> Comparison:
    """Compare what the rules found in PostgreSQL and in the DuckDB file."""
    with duckdb.connect(str(database), read_only=True) as lake:
        other = lake.execute(RESULTS).fetchall()
    return compare_rows(connection.execute(RESULTS).fetchall(), other)
