"""Intermediate models on random and awkward input, against plain definitions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.dbt import dbt
from landed import accept

DAY = date(2025, 9, 30)
START = datetime(2025, 6, 1, 12)


@dataclass(frozen=True)
class Swipe:
    """A purchase or refund of one card, `hours` after the start."""

    number: int
    card: int
    is_refund: bool
    amount: int
    hours: int

    @property
    def at(self) -> datetime:
        """When it took place."""
        return START + timedelta(hours=self.hours)


def undone_purchases(swipes: list[Swipe]) -> dict[int, int]:
    """Purchase → refund, one refund after the other, as the convention words it."""
    found: dict[int, int] = {}
    in_order = sorted(swipes, key=lambda swipe: (swipe.at, swipe.is_refund, swipe.number))
    for position, refund in enumerate(in_order):
        if not refund.is_refund:
            continue
        for purchase in reversed(in_order[:position]):
            days = (refund.at.date() - purchase.at.date()).days
            same = (purchase.card, purchase.amount) == (refund.card, refund.amount)
            if not purchase.is_refund and same and purchase.number not in found and days <= 30:
                found[purchase.number] = refund.number
                break
    return found


histories = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.booleans(),
            st.integers(1, 2),
            # Few distinct times close together, and around the thirty days.
            st.one_of(st.integers(0, 6), st.integers(715, 735), st.integers(0, 1500)),
        ),
        max_size=14,
    ),
    min_size=30,
    max_size=30,
)


def refund_rows(swipes: list[Swipe]) -> list[dict[str, str]]:
    """The swipes as the card feed delivers them."""
    return [
        {
            "txn_no": f"{swipe.number:06d}",
            "card_no": f"{swipe.card:016d}",
            "txn_at": swipe.at.strftime("%Y-%m-%d %H:%M:%S"),
            "txn_type": "refund" if swipe.is_refund else "purchase",
            "amount": f"{swipe.amount}.00",
            "merchant_name": "店",
        }
        for swipe in swipes
    ]


@pytest.mark.slow
def test_refunds_undo_what_the_convention_says(warehouse: Settings) -> None:
    """Many random card histories at once (a card each), against the definition."""

    @settings(max_examples=2, deadline=None, derandomize=True)
    @given(histories)
    def check(cards: list[list[tuple[int, bool, int, int]]]) -> None:
        swipes = [
            Swipe(1000 * history + position, 2 * history + card, is_refund, amount, hours)
            for history, rows in enumerate(cards)
            for position, (card, is_refund, amount, hours) in enumerate(rows)
        ]
        accept(warehouse, "card_transactions", DAY, refund_rows(swipes))
        dbt(
            *("run", "--select", "stg_card__transaction", "int_card_transaction"),
            settings=warehouse,
            business_date=DAY,
        )
        with connect(warehouse) as connection:
            found = connection.execute(
                "select txn_no::int, refunded_by_txn_no::int from intermediate.int_card_transaction"
                " where is_refunded"
            ).fetchall()
        assert dict(found) == undone_purchases(swipes)

    dbt(
        *("build", "--select", "+int_card_transaction", "--exclude-resource-type", "unit_test"),
        settings=warehouse,
        business_date=DAY,
    )
    check()


NAMES = [
    ("云溪区财政局", "财政局"),
    ("江南省扬江市云溪区财政局（本级）", "财政局"),
    ("扬江市云溪区 人民政府", "政府"),
    ("云溪区", "云溪区"),
    ("邻水区财政局", "邻水区财政局"),
    ("平川市云溪区财政局", "平川市云溪区财政局"),
    ("本级", "本级"),
    ("ＡＢＣ有限公司（云溪）", "ABC有限公司云溪"),
    ("第１２中学", "第12中学"),
    ("望溪镇人民政府", "望溪镇政府"),
    ("o'neill 【中国】", "O'NEILL中国"),
]


def test_normalised_names(warehouse: Settings) -> None:
    """Names as names are compared, for this district and for one that is called otherwise."""
    rows = [
        {"agency_code": f"{position:03d}", "agency_name": name, "status": "启用"}
        for position, (name, _) in enumerate(NAMES)
    ]
    accept(warehouse, "finance_users", DAY, rows)

    def normalised() -> dict[str, str]:
        dbt(
            *("run", "--select", "+int_unit_user"),
            settings=warehouse,
            business_date=DAY,
        )
        with connect(warehouse) as connection:
            return dict(
                connection.execute(
                    "select agency_name, normalised_name from intermediate.int_unit_user"
                ).fetchall()
            )

    assert normalised() == dict(NAMES)
    warehouse = warehouse.model_copy(update={"district": "北方自治区邻水区"})
    elsewhere = normalised()
    assert elsewhere["邻水区财政局"] == "财政局"
    assert elsewhere["云溪区财政局"] == "云溪区财政局"
    warehouse = warehouse.model_copy(update={"district": "邻'水区{{ 1/0 }}%s"})
    assert normalised()["云溪区财政局"] == "云溪区财政局"
