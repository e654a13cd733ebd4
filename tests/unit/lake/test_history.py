"""Judging dates in DuckDB: what is made again, and what is found on each date."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from huiyan.errors import EvaluationError
from huiyan.lake.history import History
from huiyan.lake.project import Model, Project
from huiyan.rules.catalogue import load_rule

DATE = "getvariable('business_date')"
RULE = load_rule("ATT-001")
DAYS = [date(2025, 9, day) for day in (1, 2, 3, 4)]
FOUND = """
    select
        'voucher' as subject_type, id as subject_id, 'F1' as unit_id,
        cast(null as text) as finance_agency_code, cast(null as text) as treasury_agency_code,
        cast(null as date) as occurred_on, amount, cast(null as text) as base_tier,
        json_object('amount', amount) as evidence, cast(null as bigint) as population
    from "memory"."intermediate"."int_row"
    where amount > 10
    union all
    select
        'voucher', null, null, null, null, null, null, null, null,
        (select count(*) from "memory"."intermediate"."int_row")
"""
LEDGER = """
    select
        rule_id, true as is_evaluated, 'hit' as status, max(population) as population,
        count(subject_id) as hits
    from "memory"."rules"."rule_results"
    group by rule_id
"""


def project(rows: str) -> Project:
    models = [
        Model("intermediate.int_row", rows, ("staging.row",)),
        Model(f"rules.{RULE.model}", FOUND, ("intermediate.int_row",)),
        Model("rules.rule_day", LEDGER, ("rules.rule_results",)),
    ]
    return Project({each.relation: each for each in models}, {}, {})


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema staging")
        connection.execute(
            "create table staging.row (id text, amount numeric(18, 2), valid_from date,"
            " valid_to date)"
        )
        connection.execute(
            "insert into staging.row values ('a', 20, '2025-09-01', '2025-09-03'),"
            " ('a', 5, '2025-09-03', null), ('b', 30, '2025-09-03', null)"
        )
        yield connection


IN_FORCE = (
    f'select * from "memory"."staging"."row" where valid_from <= {DATE}'
    f" and (valid_to is null or valid_to > {DATE})"
)


def test_each_date_sees_its_own_rows_and_nothing_is_made_in_vain(
    lake: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[date] = []
    counted = History._subjects

    def subjects(self: History) -> frozenset[str]:
        (day,) = lake.execute(f"select {DATE}").fetchone() or (None,)
        made.append(day)
        return counted(self)

    monkeypatch.setattr(History, "_subjects", subjects)
    found = [
        (each.subjects, each.population, [hit.evidence for hit in each.read(list(each.subjects))])
        for each in History(lake, project(IN_FORCE), RULE).judge(DAYS)
    ]
    first = (frozenset("a"), 1, ['{"amount":20.00}'])
    last = (frozenset("b"), 2, ['{"amount":30.00}'])
    assert found == [first, first, last, last]
    assert made == [DAYS[0], DAYS[2]]


def test_a_date_beyond_comparison_is_judged_each_time(lake: duckdb.DuckDBPyConnection) -> None:
    rows = (
        "select id, amount + 10 * date_diff('day', valid_from, "
        f'{DATE}) as amount from "memory"."staging"."row" where valid_from = \'2025-09-03\''
    )
    judged = History(lake, project(rows), RULE).judge([date(2025, 9, 3), date(2025, 9, 4)])
    assert [each.subjects for each in judged] == [{"b"}, {"a", "b"}]


def test_a_derived_date_is_not_taken_for_that_of_staging(lake: duckdb.DuckDBPyConnection) -> None:
    rows = (
        "with later as (select id, amount, cast(valid_from + 1 as date) as valid_from"
        ' from "memory"."staging"."row")'
        f" select * from later where valid_from <= {DATE}"
    )
    judged = History(lake, project(rows), RULE).judge(DAYS)
    assert [each.population for each in judged] == [0, 1, 1, 3]


def test_a_rule_that_fails_says_on_which_date(lake: duckdb.DuckDBPyConnection) -> None:
    rows = IN_FORCE.replace("select *", "select id, error('no good') as amount")
    with pytest.raises(EvaluationError, match=r"ATT-001 fails on 2025-09-01: .*no good"):
        list(History(lake, project(rows), RULE).judge(DAYS))


def test_a_rule_that_names_what_is_not_there_says_so(lake: duckdb.DuckDBPyConnection) -> None:
    rows = IN_FORCE.replace("select *", "select id, nothing as amount")
    with pytest.raises(EvaluationError, match=r"ATT-001 fails on 2025-09-01: .*nothing"):
        list(History(lake, project(rows), RULE).judge(DAYS))


def test_a_date_the_ledger_leaves_out_judges_nothing(lake: duckdb.DuckDBPyConnection) -> None:
    models = project(IN_FORCE).models
    models["rules.rule_day"] = Model(
        "rules.rule_day", f"{LEDGER} having {DATE} > date '2025-09-02'", ("rules.rule_results",)
    )
    judged = list(History(lake, Project(models, {}, {}), RULE).judge(DAYS))
    assert [(each.is_evaluated, each.status) for each in judged] == [
        (False, "retired"),
        (False, "retired"),
        (True, "hit"),
        (True, "hit"),
    ]
