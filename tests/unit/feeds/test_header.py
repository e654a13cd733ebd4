"""Header cells in any spelling, order, case and padding find their column."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyan.errors import FeedError
from huiyan.feeds.contract import Column, load_contracts
from huiyan.feeds.header import MOST_COLUMNS, resolve

CONTRACTS = load_contracts()


@st.composite
def headers(draw: st.DrawFn) -> tuple[str, list[str], list[str]]:
    contract = CONTRACTS[draw(st.sampled_from(sorted(CONTRACTS)))]
    columns: list[Column] = draw(st.permutations(contract.columns))
    cells = []
    for column in columns:
        spelling = draw(st.sampled_from(column.headers))
        change = draw(st.sampled_from([str, str.upper, str.lower, str.title]))
        padding = draw(st.sampled_from(["", " ", "\t", "\u3000", "\ufeff", "\ufeff "]))
        cells.append(padding + change(spelling) + draw(st.sampled_from(["", "  "])))
    return contract.name, cells, [column.name for column in columns]


@settings(deadline=None)
@given(headers())
def test_every_spelling_resolves(case: tuple[str, list[str], list[str]]) -> None:
    feed, cells, names = case
    layout = resolve(CONTRACTS[feed], cells, "a.csv")
    assert list(layout.names) == names
    assert layout.unknown == ()


@settings(deadline=None)
@given(headers(), st.data())
def test_a_required_column_left_out_is_named(
    case: tuple[str, list[str], list[str]], data: st.DataObject
) -> None:
    feed, cells, names = case
    at = data.draw(st.integers(0, len(names) - 1))
    column = CONTRACTS[feed].column(names[at])
    del cells[at]
    if column.required:
        with pytest.raises(FeedError, match=column.name):
            resolve(CONTRACTS[feed], cells, "a.csv")
    else:
        assert column not in resolve(CONTRACTS[feed], cells, "a.csv").columns


@settings(deadline=None)
@given(headers(), st.data())
def test_a_column_sent_twice_is_refused(
    case: tuple[str, list[str], list[str]], data: st.DataObject
) -> None:
    feed, cells, names = case
    at = data.draw(st.integers(0, len(names) - 1))
    cells.append(CONTRACTS[feed].column(names[at]).label)
    with pytest.raises(FeedError, match="both mean"):
        resolve(CONTRACTS[feed], cells, "a.csv")


def test_extra_columns_keep_their_names_apart() -> None:
    contract = CONTRACTS["budgets"]
    cells = [*(column.name for column in contract.columns), "备注", "备注", "", "6282001234567890"]
    layout = resolve(contract, cells, "a.csv")
    assert layout.unknown == ("备注", "备注_", "column_7", "************7890")


def test_a_heading_of_one_name_many_times_is_no_work() -> None:
    contract = CONTRACTS["budgets"]
    own = [column.name for column in contract.columns]
    layout = resolve(contract, [*own, *["x"] * (MOST_COLUMNS - len(own)), *[""] * 5_000], "a.csv")
    assert len(set(layout.names)) == len(layout.names)
    with pytest.raises(FeedError, match="names 1,001 columns, over 1,000"):
        resolve(contract, [*own, *["x"] * (MOST_COLUMNS + 1 - len(own))], "a.csv")


def test_what_would_speak_to_a_terminal_is_no_part_of_a_name() -> None:
    contract = CONTRACTS["budgets"]
    cells = [*(column.name for column in contract.columns), "备\x1b[31m注"]
    assert resolve(contract, cells, "a.csv").unknown == ("备�[31m注",)
