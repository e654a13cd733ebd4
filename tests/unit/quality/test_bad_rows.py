"""Rows in quarantine in words."""

import pytest

from huiyan.quality.bad_rows import BadRow, shown


@pytest.mark.parametrize("between", [":", "，", "   ", "\t", "\u200b", "\u00a0", "\u3000", "-", ""])
def test_no_sign_between_its_digits_shows_a_card_number(between: str) -> None:
    said = shown("amt", between.join(["4111", "1111", "1111", "1111"]))
    assert "4" not in said
    assert said.endswith('1111"')


def test_nothing_of_a_sender_speaks_to_the_terminal() -> None:
    assert shown("note", "a\x1b[2J\nb") == '"a�[2J�b"'
    assert str(BadRow("a\x1b[2J\n.csv", 3, ("note: wrong",))) == "a�[2J�.csv line 3: note: wrong"


def test_an_account_keeps_its_last_four_digits() -> None:
    assert shown("payee_acct_no", "32100001234") == '"…1234"'
