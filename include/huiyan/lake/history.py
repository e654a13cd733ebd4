"""Judges one rule on many business dates in one DuckDB session.

What a rule reads is made again only when it can have changed. A model that does no more with the
business date than compare a date of staging or of a seed with it (what is in force, what was ever
listed, what is closed) is the same on all dates between two of those dates; if any model it stands
on gives that name to something else, it counts as one that changes daily. A model that several
read, or that changes less often than its reader, is a table, with the columns that the rule goes
back to; every other one is a view.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from huiyan.errors import EvaluationError
from huiyan.lake import parquet
from huiyan.lake.columns import IN_MEMORY, kept_columns, making, named
from huiyan.lake.copies import HISTORY
from huiyan.lake.project import Project
from huiyan.rules.catalogue import RESULTS, Rule, load_rules

DAYS = {"rules": "rules.rule_day", "patterns": "patterns.pattern_day"}
RECORDED = "history.recorded"
COLUMNS = (
    "subject_type, subject_id, unit_id, finance_agency_code, treasury_agency_code, occurred_on,"
    " amount, base_tier, cast(evidence as varchar)"
)


@dataclass(frozen=True)
class Hit:
    """A subject a rule hits, as the rule says it.

    Attributes:
        amount: CNY. base_tier: the hit's own, else the rule's. evidence: a JSON object.
    """

    subject_type: str
    subject_id: str
    unit_id: str | None
    finance_agency_code: str | None
    treasury_agency_code: str | None
    occurred_on: date | None
    amount: Decimal | None
    base_tier: str
    evidence: str


@dataclass(frozen=True)
class Judged:
    """A rule on one business date.

    Attributes:
        status: hit, clear, not_applicable, not_evaluated, or retired if the ledger leaves it out.
        population, hits: subjects looked at and hit; None if it could not be evaluated.
        subjects: ids of the subjects hit; what stands there is meaningless if not is_evaluated.
        read: the hits of some of the subjects, as of this date; call it before the next date.
    """

    business_date: date
    is_evaluated: bool
    status: str
    population: int | None
    hits: int | None
    subjects: frozenset[str]
    read: Callable[[Sequence[str]], list[Hit]]


def _named(relation: str) -> str:
    """A relation as the compiled SQL names it."""
    return named(IN_MEMORY, relation)


def show(lake: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> None:
    """Show the copies under the names of their tables; the history of hits as on each date.

    That holds what the ledger holds: spells of all rules but those that read it, begun by then,
    and open if they ended later.
    """
    for relation, path in files.items():
        parquet.show(lake, RECORDED if relation == HISTORY else relation, path)
    if HISTORY in files:
        readers = [rule.id for rule in load_rules().values() if rule.layer == "patterns"]
        lake.execute(f"set variable readers_of_hits = {readers}")
        lake.execute("set variable business_date = date '1970-01-01'")
        lake.execute(
            f"create view {HISTORY} as"  # noqa: S608
            " select * replace (case when cleared_on <= getvariable('business_date')"
            " then cleared_on end as cleared_on)"
            f" from {RECORDED} where detected_on <= getvariable('business_date')"
            " and not list_contains(getvariable('readers_of_hits'), rule_id)"
        )


class History:
    """A session in which the staging data and the seeds are there, for one rule."""

    def __init__(self, lake: duckdb.DuckDBPyConnection, project: Project, rule: Rule) -> None:
        """Plan what is made for `rule` and how.

        Raises:
            NotFoundError: the rule has no model in the compiled project.
        """
        self._lake = lake
        self._project = project
        self._rule = rule
        self._model = f"{rule.layer}.{rule.model}"
        self._results = f"{rule.layer}.{RESULTS[rule.layer]}"
        self._dates: dict[str, set[str]] = {}
        self._changing: dict[str, list[date] | None] = {}
        self._made: dict[str, object] = {}
        for schema in ("intermediate", *DAYS):
            lake.execute(f"create schema if not exists {schema}")

    @staticmethod
    def reads(project: Project, rule: Rule) -> list[str]:
        """The relations that judging `rule` stands on, each after what it reads."""
        model, results = f"{rule.layer}.{rule.model}", f"{rule.layer}.{RESULTS[rule.layer]}"
        days = [each for each in project.models[DAYS[rule.layer]].parents if each != results]
        return [each for each in project.upstream(model, *days) if each != model]

    def judge(self, days: Sequence[date]) -> Iterator[Judged]:
        """The rule on each of `days`, in order.

        Raises:
            EvaluationError: the rule, or a model it stands on, fails.
        """
        order = self.reads(self._project, self._rule)
        kept: dict[str, str] = {}
        subjects: frozenset[str] = frozenset()
        for day in days:
            with self._naming(day):
                self._lake.execute(f"set variable business_date = date '{day.isoformat()}'")
                if day == days[0]:
                    kept = self._kept(order, days)
                for relation in order:
                    if relation in self._project.models:
                        self._make(relation, day, kept.get(relation))
                if self._make(self._model, day, "*"):
                    subjects = self._subjects()
                judged = self._judged(day, subjects)
            yield judged

    @contextmanager
    def _naming(self, day: date) -> Iterator[None]:
        """What fails inside says on which date the rule does."""
        try:
            yield
        except duckdb.Error as error:
            raise EvaluationError(
                f"{self._rule.id} fails on {day}: {' '.join(str(error).split())[:1000]}"
            ) from error

    def _tables(self, order: Sequence[str], days: Sequence[date]) -> set[str]:
        """The models that are worth a table."""
        readers = {
            relation: [
                each
                for each in (*order, self._model)
                if each in self._project.models and relation in self._project.models[each].parents
            ]
            for relation in order
        }
        states = {
            relation: len({self._state(relation, day) for day in days})
            for relation in (*order, self._model)
            if relation in self._project.models
        }
        return {
            relation
            for relation in order
            if relation in self._project.models
            and (
                sum(
                    self._project.models[reader].sql.count(_named(relation))
                    for reader in readers[relation]
                )
                > 1
                or any(states[reader] > states[relation] for reader in readers[relation])
            )
        }

    def _kept(self, order: Sequence[str], days: Sequence[date]) -> dict[str, str]:
        """What is kept of each model that is worth a table."""
        models = self._project.models
        for_the_day = [each for each in models[DAYS[self._rule.layer]].parents if each in order]
        asked = [
            models[self._model].sql,
            *(f"select * from {_named(each)}" for each in for_the_day),  # noqa: S608
        ]
        return kept_columns(self._lake, self._project, order, self._tables(order, days), asked)

    def _columns(self, relation: str) -> set[str]:
        """The dates a table of staging or a seed has."""
        if relation not in self._dates:
            rows = self._lake.execute(
                "select column_name from duckdb_columns() where data_type = 'DATE'"
                " and schema_name || '.' || table_name = ?",
                (relation,),
            )
            self._dates[relation] = {name for (name,) in rows.fetchall()}
        return self._dates[relation]

    def _changes(self, relation: str) -> list[date] | None:
        """The dates on which a model may change by itself, in order; None if on any."""
        if relation not in self._changing:
            model = self._project.models[relation]
            sources = [each for each in model.parents if each not in self._project.models]
            upstream = self._project.upstream(relation)
            models = [
                self._project.models[each] for each in upstream if each in self._project.models
            ]
            found: set[date] = set()
            is_dated = model.is_dated or HISTORY in sources
            for column, operator in model.compared:
                having = [each for each in sources if column in self._columns(each)]
                is_dated |= not having or any(each.derives(column) for each in models)
                shift = 1 if operator in ("<", ">=") else 0
                for source in having:
                    rows = self._lake.execute(
                        f"select distinct {column} + {shift} from {source}"  # noqa: S608
                        f" where {column} between date '1900-01-01' and date '2999-12-31'"
                    )
                    found |= {day for (day,) in rows.fetchall()}
            self._changing[relation] = None if is_dated else sorted(found)
        return self._changing[relation]

    def _state(self, relation: str, day: date) -> object:
        """Differs between two dates if what the model holds may differ."""
        states = []
        for each in self._project.upstream(relation):
            if each in self._project.models:
                changes = self._changes(each)
                if changes is None:
                    return day
                states.append(bisect_right(changes, day))
        return tuple(states)

    def _make(self, relation: str, day: date, columns: str | None) -> bool:
        """Make a model unless it stands as it would be made; whether it was made.

        A table of `columns`, or a view if there are none.
        """
        state = self._state(relation, day) if columns else "view"
        if self._made.get(relation) == state:
            return False
        query = self._project.models[relation].sql
        self._lake.execute(making(_named(relation), query, columns))
        self._made[relation] = state
        return True

    def _subjects(self) -> frozenset[str]:
        rows = self._lake.execute(
            f"select subject_id from {self._model} where subject_id is not null"  # noqa: S608
        )
        return frozenset(subject for (subject,) in rows.fetchall())

    def _read(self, subjects: Sequence[str]) -> list[Hit]:
        rows = self._lake.execute(
            f"select {COLUMNS} from {self._model} where subject_id in (select unnest(?))"  # noqa: S608
            " order by subject_id",
            (list(subjects),),
        )
        return [
            Hit(*(*columns, base_tier or self._rule.base_tier, evidence))
            for *columns, base_tier, evidence in rows.fetchall()
        ]

    def _judged(self, day: date, subjects: frozenset[str]) -> Judged:
        days = DAYS[self._rule.layer]
        if days not in self._made:
            self._lake.execute(
                f"create view {_named(self._results)} as"  # noqa: S608
                f" select '{self._rule.id}' as rule_id, * from {self._model}"
            )
            self._lake.execute(f"create view {_named(days)} as ({self._project.models[days].sql})")
            self._made[days] = "view"
        row = self._lake.execute(
            f"select is_evaluated, status, population, hits from {days} where rule_id = ?",  # noqa: S608
            (self._rule.id,),
        ).fetchone()
        if row is None:
            row = (False, "retired", None, None)
        return Judged(*(day, *row, subjects, self._read))
