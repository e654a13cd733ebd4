"""Whatever is delivered, every row is accounted for exactly once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from huiyan.quality.gate import check
from huiyan.settings import Settings

from .landing import VOUCHER, land, query, vouchers

AMOUNTS = {"1000": 1, "1000.00": 1, "1,000.00": 1, "2000": 2, "abc": None, "": None, None: None}
DATES = {"2025-09-30": 1, "20250930": 1, "2025-10-01": 2, "soon": None}
row = st.fixed_dictionaries(
    {
        "voucher_no": st.sampled_from(["1", "2", "3", "", None]),
        "amt": st.sampled_from(list(AMOUNTS)),
        "voucher_date": st.sampled_from(list(DATES)),
        "vou_det_desc": st.sampled_from(["a", "%s:b\\", "'"]),
    }
)
files = st.lists(st.lists(row, max_size=9), min_size=1, max_size=3)


def expected(delivered: list[list[dict[str, Any]]]) -> tuple[int, int, int]:
    """Good, duplicate and quarantined rows, worked out row by row."""
    rows = [row for rows in delivered for row in rows]
    content = [
        (AMOUNTS[row["amt"]], DATES[row["voucher_date"]], row["vou_det_desc"]) for row in rows
    ]
    bad = [
        not row["voucher_no"] or amount is None or day is None
        for row, (amount, day, _) in zip(rows, content, strict=True)
    ]
    by_key: dict[str, list[int]] = {}
    for number, one in enumerate(rows):
        if one["voucher_no"]:
            by_key.setdefault(one["voucher_no"], []).append(number)
    conflicting = {
        number
        for numbers in by_key.values()
        if len({content[n] for n in numbers}) > 1 or len({bad[n] for n in numbers}) > 1
        for number in numbers
    }
    duplicates = sum(
        len(numbers) - 1
        for numbers in by_key.values()
        if not bad[numbers[0]] and numbers[0] not in conflicting
    )
    quarantined = sum(bad[n] or n in conflicting for n in range(len(rows)))
    return len(rows) - duplicates - quarantined, duplicates, quarantined


@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files)
def test_every_row_is_accounted_for(
    warehouse: Settings, delivered: list[list[dict[str, Any]]]
) -> None:
    batch = land(
        warehouse, "finance_vouchers", [[{**VOUCHER, **row} for row in rows] for rows in delivered]
    )
    result = check(batch)
    [(in_files, in_landing, *counts)] = query(
        warehouse,
        "select in_files, in_landing, good, duplicates, quarantined "
        "from ops.row_count where batch_id = %s",
        batch,
    )
    assert tuple(counts) == expected(delivered)
    assert in_files == in_landing == sum(counts)
    [(kept,)] = query(
        warehouse, "select count(*) from quarantine.finance_vouchers where batch_id = %s", batch
    )
    assert kept == result.quarantined == counts[2]
    assert (result.status == "stopped") == (counts[2] > in_files * 0.05)


def test_two_gates_on_one_batch_decide_it_once(warehouse: Settings) -> None:
    batch = land(warehouse, "finance_vouchers", [[*vouchers(40), {**VOUCHER, "amt": "x"}]])
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(check, [batch, batch]))
    assert results[0] == results[1]
    checks = query(
        warehouse, "select expectation, column_name, detail ->> 'reason' from ops.check_result"
    )
    assert max(Counter(checks).values()) == 1
    assert query(warehouse, "select count(*) from quarantine.finance_vouchers") == [(1,)]
