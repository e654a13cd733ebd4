"""What the rules make of other governments' own records: counts that somebody has read into."""

from datetime import date

import pytest

from huiyan.feeds.collect import collect
from huiyan.feeds.mapping import load_mapping
from huiyan.feeds.mapping_run import run
from huiyan.quality.gate import check
from huiyan.settings import Settings
from huiyan.warehouse.connection import connect
from huiyan.warehouse.evaluate import evaluate
from real_records import NEEDS_REAL_DATA, REAL

pytestmark = [*NEEDS_REAL_DATA, pytest.mark.slow]

Counts = dict[str, tuple[int, int]]


def _judged(
    settings: Settings,
    name: str,
    *files: str,
    since: str = "",
) -> tuple[Counts, set[str]]:
    """Map the files, take in what came since a day and the units, and judge the last day.

    Returns:
        Population and hits of the rules that apply, and the rules that do not. Those of feeds that
        are not there are neither: they are not evaluated.
    """
    deliveries = set()
    for file in files:
        written = run(load_mapping(name), REAL / file, settings.landing, settings).written
        deliveries |= {(day, feed) for feed, days in written.items() for day in days}
    for day, feed in sorted(deliveries):
        if day >= since or feed == "treasury_users":
            landed = collect(feed, date.fromisoformat(day), settings)
            assert landed.batch_id is not None, landed.message
            assert check(landed.batch_id, settings).status == "accepted"
    last, _ = max(deliveries)
    evaluate(date.fromisoformat(last), settings)
    with connect(settings) as connection:
        rows = connection.execute(
            "select rule_id, status, population, hits from marts.fct_rule_run"
        ).fetchall()
    counts = {rule: (looked_at, hits) for rule, _, looked_at, hits in rows if looked_at}
    return counts, {rule for rule, status, _, _ in rows if status == "not_applicable"}


def test_swipes_of_a_month(warehouse: Settings) -> None:
    counts, _ = _judged(
        warehouse,
        "toronto_pcard_raw",
        "raw_samples/toronto_2016-05__PCardExpenses_201605_-_PCard_Expenses_052016_Final.csv.gz",
    )
    assert counts == {
        "CARD-001": (4_275, 0),
        "CARD-002": (4_275, 8),
        "CARD-003": (3_858, 3),
        "CARD-004": (4_297, 0),
        "CARD-011": (2_855, 8),
    }


def test_swipes_without_a_category_published_twice(warehouse: Settings) -> None:
    counts, not_applicable = _judged(
        warehouse,
        "birmingham_pcard_raw",
        "raw_samples/birmingham_purchasecardtransactionsmay2014.xls.gz",
        "raw_samples/birmingham_purchasecardtransactionsjune2014.xls.gz",
    )
    assert counts == {"CARD-003": (3_948, 1), "CARD-004": (4_501, 0), "CARD-011": (2_769, 4)}
    assert not_applicable >= {"CARD-001", "CARD-002"}


def test_payments_of_half_a_year(warehouse: Settings) -> None:
    counts, not_applicable = _judged(
        warehouse,
        "gla_spending",
        "payments/gla_spending_2008_2011.csv.gz",
        since="2011-07-01",
    )
    assert counts == {
        "PAY-004": (1_619, 195),
        "PAY-008": (495, 5),
        "PROC-001": (627, 15),
        "PROC-002": (2, 0),
        "STAT-003": (776, 8),
    }
    assert not_applicable == {"PAY-003", "PAY-005", "PAY-006", "PAY-009", "LOOP-003"}
