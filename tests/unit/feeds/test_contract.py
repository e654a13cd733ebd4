"""The contracts as declared, and what a wrong declaration is told."""

import pytest
from pydantic import ValidationError

from huiyan.errors import NotFoundError
from huiyan.feeds.contract import Column, FeedContract, load_contract, load_contracts
from huiyan.feeds.tables import typed_expression

AMOUNT = {"name": "amt", "identifier": "AMT", "label": "金额", "type": "money", "description": "x"}


def test_all_feeds_are_declared() -> None:
    contracts = load_contracts()
    daily = {name for name, contract in contracts.items() if contract.kind == "daily"}
    assert daily == {
        "finance_vouchers",
        "finance_attachments",
        "treasury_payments",
        "card_transactions",
    }
    assert len([each for each in contracts.values() if not each.is_optional]) == 13
    assert {name for name, each in contracts.items() if each.is_optional} == {
        "complaints",
        "joint_findings",
        "rectifications",
    }
    assert [name for name, contract in contracts.items() if contract.is_form] == ["returns"]


@pytest.mark.parametrize("contract", load_contracts().values(), ids=lambda contract: contract.name)
def test_a_header_names_one_column_only(contract: FeedContract) -> None:
    headers = [
        header.lower()
        for column in contract.columns
        for header in {h.lower(): h for h in column.headers}
    ]
    assert len(headers) == len(set(headers))


def test_the_card_number_is_not_a_stored_column() -> None:
    stored = load_contract("card_transactions").stored_columns
    assert "card_no" not in stored
    assert {"card_token", "card_last4"} <= set(stored)
    with pytest.raises(ValueError, match="not stored"):
        typed_expression(load_contract("card_transactions").column("card_no"))


def test_an_unknown_feed_is_told_which_there_are() -> None:
    with pytest.raises(NotFoundError, match="finance_vouchers"):
        load_contract("vouchers")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": [AMOUNT]}, "no natural key"),
        ({"columns": [{**AMOUNT, "key": True}, AMOUNT]}, "declared twice"),
        ({"columns": [{**AMOUNT, "key": True, "colour": "red"}]}, "colour"),
        ({"columns": [{**AMOUNT, "key": True, "type": "enum"}]}, "enum needs values"),
        (
            {"columns": [{**AMOUNT, "key": True, "type": "text"}], "is_anonymous": True},
            "needs a pattern",
        ),
        (
            {"columns": [{**AMOUNT, "key": True, "type": "text"}], "amount_column": "amt"},
            "must be a money column",
        ),
        ({"columns": [{**AMOUNT, "key": True}], "kind": "form"}, "max_quarantine_share must be 1"),
    ],
)
def test_a_wrong_declaration_is_refused(change: dict[str, object], message: str) -> None:
    declared = {"name": "x", "label": "x", "description": "x", "kind": "daily", **change}
    with pytest.raises(ValidationError, match=message):
        FeedContract.model_validate(declared)


def test_quotes_in_spellings_are_escaped() -> None:
    column = Column.model_validate(
        {**AMOUNT, "type": "enum", "values": {"o'clock": ["'; drop table x; --"]}}
    )
    assert "'o''clock'" in typed_expression(column)
    assert "'''; drop table x; --'" in typed_expression(column)
