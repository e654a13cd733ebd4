"""Other governments' own records, through mappings into landing, conserved to the row."""

from datetime import date

import pytest

from huiyan.feeds.collect import collect
from huiyan.feeds.mapping import load_mapping
from huiyan.feeds.mapping_run import Report, run
from real_records import NEEDS_REAL_DATA, REAL

from .conftest import District

pytestmark = NEEDS_REAL_DATA

TORONTO_TOTALS = "total of a statement, not a transaction"
CURRENCY_TOTALS = "total of one currency, not a transaction"

SOURCES = [
    (
        "toronto_pcard", "cards/toronto_pcard_2018.csv.gz", 58_008,
        {"the division, hence the unit, is empty": 11},
        {"card_transactions": 57_997, "finance_vouchers": 115_994},
    ),
    (
        "birmingham_pcard", "cards/birmingham_pcard_fy2014-15.csv.gz", 47_803, {},
        {"card_transactions": 47_803},
    ),
    (
        "birmingham_pcard", "cards/birmingham_pcard_fy2015-16.csv.gz", 44_675, {},
        {"card_transactions": 44_675},
    ),
    (
        "oxford_payments", "payments/oxford_payments_2014_2016.csv.gz", 45_230,
        {"neither transaction number nor amount": 1},
        {"treasury_payments": 45_229, "finance_vouchers": 90_458},
    ),
    (
        "gla_spending", "payments/gla_spending_2008_2011.csv.gz", 15_742, {},
        {"treasury_payments": 15_742},
    ),
    (
        "birmingham_pcard_raw", "raw_samples/birmingham_purchasecardtransactionsmay2014.xls.gz",
        4_573, {}, {"card_transactions": 4_573},
    ),
    (
        "birmingham_pcard_raw", "raw_samples/birmingham_purchasecardtransactionsjune2014.xls.gz",
        4_573, {}, {"card_transactions": 4_573},
    ),
    (
        "toronto_pcard_raw",
        "raw_samples/toronto_2011-06__PCardExpenses_201106_Final_-_PCard_Expenditures_062011.csv.gz",
        4_562, {TORONTO_TOTALS: 715, CURRENCY_TOTALS: 29}, {"card_transactions": 3_818},
    ),
    (
        "toronto_pcard_raw",
        "raw_samples/toronto_2016-05__PCardExpenses_201605_-_PCard_Expenses_052016_Final.csv.gz",
        5_266, {TORONTO_TOTALS: 846, CURRENCY_TOTALS: 39}, {"card_transactions": 4_381},
    ),
]  # fmt: skip
AMOUNTS = {"card_transactions": "amount", "finance_vouchers": "amt", "treasury_payments": "pay_amt"}


def mapped(district: District, name: str, file: str) -> Report:
    return run(load_mapping(name), REAL / file, district.settings.landing, district.settings)


@pytest.mark.parametrize(("name", "file", "read", "refused", "written"), SOURCES)
def test_every_row_lands_or_says_why(
    district: District,
    name: str,
    file: str,
    read: int,
    refused: dict[str, int],
    written: dict[str, int],
) -> None:
    report = mapped(district, name, file)
    assert report.rows_read == read == report.rows_written + len(report.refused)
    assert dict(report.reasons) == refused
    for feed, count in written.items():
        days = report.written[feed]
        assert sum(days.values()) == count
        landed = 0
        for day in days:
            result = collect(feed, date.fromisoformat(day))
            assert result.status == "landed", result.message
            landed += result.rows
        assert landed == count
        assert district.query(
            f"select count(*), count(natural_key), count({AMOUNTS[feed]}), count(read_error) "
            f"from landing.{feed}_typed"
        ) == [(count, count, count, 0)]


def test_a_month_published_twice_gives_identical_duplicates(district: District) -> None:
    """May and June 2014 of Birmingham are other bytes with the same rows."""
    for month in ("may", "june"):
        file = f"raw_samples/birmingham_purchasecardtransactions{month}2014.xls.gz"
        report = mapped(district, "birmingham_pcard_raw", file)
    for day in report.written["card_transactions"]:
        assert collect("card_transactions", date.fromisoformat(day)).status == "landed"
    (counts,) = district.query(
        "select count(*), count(distinct natural_key), "
        "count(distinct (natural_key, card_token, amount, txn_at, merchant_name)) "
        "from landing.card_transactions_typed"
    )
    assert counts == (9_146, 4_573, 4_573)
