"""Card numbers: found wherever they stand, never taken for something else."""

import pytest

from huiyan.feeds import cards

VISA = "4111111111111111"
OWN = "6282001234567890"


def test_check_digit() -> None:
    assert cards.passes_luhn(VISA)
    assert not cards.passes_luhn("4111111111111112")
    assert cards.with_check_digit("411111111111111") == VISA


def test_token_depends_on_key_and_number() -> None:
    tokens = {cards.token(key, number) for key in (b"a", b"b") for number in (VISA, OWN)}
    assert len(tokens) == 4
    assert all(len(token) == 64 for token in tokens)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (VISA, "************1111"),
        (f"card {VISA}.", "card ************1111."),
        ("4111 1111 1111 1111", "**** **** **** 1111"),
        ("4111-1111-1111-1111 ok", "****-****-****-1111 ok"),
        ("2025 4111 1111 1111 1111", "2025 **** **** **** 1111"),
        ("４１１１１１１１１１１１１１１１", "************１１１１"),
        ("6222021234567890123", "***************0123"),
        ("4111.1111.1111.1111", "****.****.****.1111"),
        ("4111_1111/1111\u200b1111", "****_****/****\u200b1111"),
        ("4111   1111   1111   1111", "****   ****   ****   1111"),
        ("4111 (1111) 1111–– 1111", "**** (****) ****–– 1111"),
        ("4111，1111|1111\\1111", "****，****|****\\1111"),
        (
            "4111\u2003\u202f1111\u00ad1111\u200e\t1111",
            "****\u2003\u202f****\u00ad****\u200e\t1111",
        ),
        ("٤١١١١١١١١١١١١١١١", "************١١١١"),
        ("0004111111111111111", "***************1111"),
    ],
)
def test_masks_card_numbers(text: str, masked: str) -> None:
    assert cards.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "云溪饭店",
        "2025112412300001",
        "4111111111111112",
        "13 800 138 000",
        "4900-1/201801/10008",
        "4111.11/1111.1111/11",
        "11010519491231002X",
        "440308199901101512",
        "24322000000012345678",
        "0024322000000012345",
        "4111, 1111, 1111元, 1111",
        "2025-11-24 12:30:00 4111",
        "1234567890123456789012",
    ],
)
def test_leaves_other_numbers_alone(text: str) -> None:
    assert cards.mask(text) == text


def test_hides_the_rows_own_number_wherever_it_stands() -> None:
    own = "1234567890123456"
    assert not cards.passes_luhn(own)
    assert own not in cards.mask(f"x{own}y", own)
    assert own not in cards.mask(f"99{own}99", own)


def test_hides_every_long_number_where_cells_cannot_be_told_apart() -> None:
    assert cards.hide_all("T1,1234567890123456,x") == "T1,************3456,x"
    assert cards.hide_all("T1,123456789012345,x") == "T1,123456789012345,x"
