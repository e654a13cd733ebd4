"""Mappings: every expression, every refusal, every source row accounted for."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiyan.errors import ContractError, FeedError, LandingError, NotFoundError
from huiyan.feeds import cards
from huiyan.feeds.mapping import (
    Evaluator,
    Expression,
    Mapping,
    RefusedError,
    load_mapping,
    load_mappings,
)
from huiyan.feeds.mapping_run import Report, run
from huiyan.settings import Settings

BASE: dict[str, Any] = {
    "name": "sample",
    "description": "A sample.",
    "attribution": "nobody",
    "source": {
        "format": "csv",
        "columns": {"unit": ["Unit", "Unti"], "code": ["Code"], "sum": ["Amount"], "day": ["Day"]},
    },
    "filters": {"total": {"reason": "a total", "empty": ["unit"], "filled": ["sum"]}},
    "derived": {"block": {"counts": "total"}},
    "feeds": {
        "budgets": {
            "business_date": {"from": "day", "dates": ["%d/%m/%Y", "%Y-%m-%d"]},
            "folder": "month",
            "columns": {
                "fiscal_year": {"constant": "2025"},
                "agency_code": "unit",
                "dep_exp_eco_code": "code",
                "amount": {"from": "sum", "number": "signed"},
            },
        }
    },
}


def mapping_of(**changes: Any) -> Mapping:
    return Mapping.model_validate({**BASE, **changes})


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", card_key="key")  # type: ignore[arg-type]


def mapped(here: Settings, text: str, mapping: Mapping | None = None) -> Report:
    source = here.home / "source.csv"
    source.parent.mkdir(exist_ok=True)
    source.write_text(text, encoding="utf-8")
    return run(mapping or mapping_of(), source, here.landing, here)


def delivered(here: Settings, feed: str) -> dict[str, list[dict[str, str]]]:
    return {
        path.parent.name: list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        for path in sorted((here.landing / feed).glob("*/*.csv"))
    }


TEXT = """Code,Unti,Day,Amount
30201,A,21/11/2025,"1,234.50"
30202,B,2025-12-01,-3
,,,"1,231.50"
30203,C,yesterday,1
30204,D,2025-12-02,much
30205,,2025-12-02,
"""


def test_rows_read_are_written_or_refused_with_a_reason(here: Settings) -> None:
    report = mapped(here, TEXT)
    assert (report.rows_read, report.rows_written) == (6, 2)
    assert report.refused == [
        (4, "a total"),
        (5, "budgets business date: 'yesterday' is no date"),
        (6, "amount: 'much' is no number"),
        (7, "budgets.agency_code would be empty"),
    ]
    rows = delivered(here, "budgets")
    assert list(rows) == ["2025-11-30", "2025-12-31"]
    assert rows["2025-11-30"][0]["amount"] == "1234.50"
    manifest = json.loads((here.landing / "budgets/2025-12-31/manifest.json").read_text("utf-8"))
    assert (manifest["files"][0]["rows"], manifest["files"][0]["amount_total"]) == (1, "-3.00")
    kept = json.loads((here.landing / "mapping_reports/sample__source.json").read_text("utf-8"))
    assert kept["rows_read"] == kept["rows_written"] + kept["rows_refused"] == 6
    assert not list(here.landing.rglob("*.part"))


def test_again_gives_the_same_files(here: Settings) -> None:
    mapped(here, TEXT)
    files = {path: path.read_bytes() for path in here.landing.rglob("*") if path.is_file()}
    mapped(here, TEXT)
    assert files == {path: path.read_bytes() for path in here.landing.rglob("*") if path.is_file()}


def test_two_sources_share_a_day(here: Settings) -> None:
    mapped(here, TEXT)
    other = here.home / "other.csv.gz"
    other.write_bytes(gzip.compress(TEXT.encode()))
    run(mapping_of(), other, here.landing, here)
    manifest = json.loads((here.landing / "budgets/2025-11-30/manifest.json").read_text("utf-8"))
    assert [file["name"] for file in manifest["files"]] == ["other.csv", "source.csv"]


CELL = st.text(st.sampled_from('AB1-.,/é" '), max_size=4)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(CELL, CELL, st.sampled_from(["2025-01-31", "x", ""]), CELL)))
def test_nothing_is_lost_whatever_comes(here: Settings, rows: list[tuple[str, ...]]) -> None:
    source = here.home / "random.csv"
    source.parent.mkdir(exist_ok=True)
    with source.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, quoting=csv.QUOTE_ALL)
        writer.writerow(["Unit", "Code", "Day", "Amount"])
        writer.writerows(rows)
    report = run(mapping_of(), source, here.landing, here)
    assert report.rows_read == len(rows) == report.rows_written + len(report.refused)
    assert sum(sum(days.values()) for days in report.written.values()) == report.rows_written


def value(changes: dict[str, Any], row: dict[str, str] | None = None, line_no: int = 2) -> str:
    expression = Expression.model_validate(changes)
    return Evaluator(mapping_of(), b"key").value(expression, row or {}, line_no, "x")


@pytest.mark.parametrize(
    ("expression", "row", "expected"),
    [
        ({"from": "a"}, {"a": "1"}, "1"),
        ({"constant": "c"}, {}, "c"),
        ({"template": "{a}/{b}"}, {"a": "1", "b": "2"}, "1/2"),
        ({"first_of": ["a", "b", {"constant": "c"}]}, {"a": "", "b": "2"}, "2"),
        ({"first_of": ["a", {"constant": "c"}]}, {"a": ""}, "c"),
        ({"line": True}, {}, "2"),
        ({"from": "a", "extract": r"(\d+)"}, {"a": "x12y"}, "12"),
        ({"from": "a", "extract": r"(\d+)"}, {"a": "xy"}, ""),
        ({"from": "a", "dates": ["%m/%d/%Y"]}, {"a": "06/17/2011"}, "2011-06-17"),
        ({"from": "a", "part": "year"}, {"a": "2011-06-17"}, "2011"),
        ({"from": "a", "part": "month"}, {"a": "2011-06-17"}, "6"),
        ({"from": "a", "values": {"x": "y"}}, {"a": "x"}, "y"),
        ({"from": "a", "values": {"x": "y"}}, {"a": "z"}, "z"),
        ({"from": "a", "number": "absolute"}, {"a": "-1,234.50"}, "1234.50"),
        ({"from": "a", "number": "negated"}, {"a": "1.5"}, "-1.5"),
        ({"from": "a", "by_sign": {"negative": "n", "other": "o"}}, {"a": "-0.01"}, "n"),
        ({"from": "a", "by_sign": {"negative": "n", "other": "o"}}, {"a": "0"}, "o"),
        ({"from": "a", "default": "d"}, {"a": ""}, "d"),
    ],
)
def test_expressions(expression: dict[str, Any], row: dict[str, str], expected: str) -> None:
    assert value(expression, row) == expected


def test_a_number_that_is_none_is_refused() -> None:
    for text in ("much", "NaN", "1e5", "1.2.3", "--1"):
        with pytest.raises(RefusedError):
            value({"from": "a", "number": "signed"}, {"a": text})


def test_occurrences_are_counted_within_their_file() -> None:
    expression = Expression.model_validate({"hash": ["a"], "occurrence": True, "within": "f"})
    evaluator = Evaluator(mapping_of(), b"key")
    made = [
        evaluator.value(expression, {"a": "same", "f": file}, 2, "x")
        for file in ("may", "may", "june", "june")
    ]
    assert made[0] != made[1]
    assert made[:2] == made[2:]


def test_synthetic_card_numbers() -> None:
    row = {"a": "1", "b": "2", "masked": "************5770"}
    plain = {"card": {"issuer": "x", "seed": ["a"]}}
    number = value(plain, row)
    assert cards.VALID.fullmatch(number)
    assert number.startswith("999")
    assert value(plain, row) == number
    assert value({"card": {"issuer": "x", "seed": ["b"]}}, row) != number
    assert value({"card": {"issuer": "y", "seed": ["a"]}}, row) != number
    last4 = {"card": {"issuer": "x", "seed": ["masked"], "last4": "masked"}}
    assert value(last4, row).endswith("5770")
    with pytest.raises(RefusedError, match="four digits"):
        value(last4, {"masked": "unknown"})


@pytest.mark.parametrize(
    "changes",
    [
        {"derived": {"x": "nowhere"}},
        {"derived": {"x": {"counts": "nowhere"}}},
        {"derived": {"x": {"from": "unit", "constant": "both"}}},
        {"derived": {"x": {"from": "unit", "surprise": 1}}},
        {"feeds": {"budgets": {**BASE["feeds"]["budgets"], "distinct": "nowhere"}}},
        {"feeds": {"budgets": {"business_date": "day", "columns": {"nowhere": "unit"}}}},
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "sample.yml"
    path.write_text(yaml.safe_dump({**BASE, **changes}), encoding="utf-8")
    with pytest.raises(ContractError, match=r"sample\.yml"):
        load_mapping(str(path))


def test_unknown_mapping_names_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="toronto_pcard"):
        load_mapping("nowhere")


def test_all_shipped_mappings_load() -> None:
    assert {mapping.name for mapping in load_mappings().values()} >= {
        "birmingham_pcard", "birmingham_pcard_raw", "gla_spending", "oxford_payments",
        "toronto_pcard", "toronto_pcard_raw",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Unit,Code,Day\n", "Amount is missing"),
        ("Unit,Unti,Code,Day,Amount\n", "more than once"),
        ("", "no header"),
    ],
)
def test_a_source_that_does_not_fit(here: Settings, text: str, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        mapped(here, text)
    assert not (here.landing / "budgets").exists()


def test_no_source(here: Settings, tmp_path: Path) -> None:
    with pytest.raises(LandingError):
        run(mapping_of(), tmp_path / "nowhere.csv", here.landing, here)
